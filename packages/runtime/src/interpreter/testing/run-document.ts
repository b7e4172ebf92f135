import type { Json, JsonObject, WorkflowDocument } from '@tenon/core/document'
import { createPlainScope, evaluateValue } from '@tenon/core/evaluate'
import type { NodeManifest } from '@tenon/core/node'
import { nodeIdOf, type ValueRef } from '@tenon/core/run'
import { compile } from '../compile.ts'
import type { OpenNodeRun } from '../machine-types.ts'
import { nodesWithin, type PlanNode } from '../plan.ts'
import { iterationsOf, type SimulatedRun, simulateRun } from './simulated-run.ts'

/** Result of a run of a document. */
export interface DocumentResult {
  readonly status: string
  /** Output of the end; `null` without one. */
  readonly output: Json
}

interface Running {
  readonly run: SimulatedRun
  readonly document: WorkflowDocument
  readonly manifest: NodeManifest
  readonly input: JsonObject
  readonly nodes: ReadonlyMap<string, PlanNode>
  readonly children: ReadonlyMap<string, WorkflowDocument>
  result: Json
}

const inlineOf = (ref: ValueRef): Json => ref.inline as Json

/** Returns the values that the templates of a node run read. */
function scopeOf({ run, document, input }: Running, nodeRunId: string) {
  const { outputs } = run.machine
  const view = outputs.inputView(nodeRunId)
  const iteration = outputs.iterationOf(nodeRunId)
  const item =
    iteration === null
      ? {}
      : { item: (inlineOf(iteration.items) as Json[])[iteration.index] as Json, index: iteration.index }
  const nodes = document.nodes.flatMap(({ id }) => {
    const output = view.outputOf(id)
    return output === null ? [] : [[id, { output: inlineOf(output.output) }]]
  })
  return createPlainScope({
    input: Object.assign({}, ...view.owners().map(({ output }) => inlineOf(output))) as Json,
    trigger: input,
    nodes: Object.fromEntries(nodes) as Json,
    vars: Object.fromEntries(document.variables.map(({ name, value }) => [name, value])),
    ...item,
  })
}

function execute(running: Running, { nodeRunId, resume }: OpenNodeRun): void {
  const { run, nodes, children, manifest } = running
  const node = nodes.get(nodeIdOf(nodeRunId)) as PlanNode
  if (node.type === 'start') {
    run.complete(nodeRunId, 'success', running.input)
    return
  }
  if (resume?.kind === 'iterations') {
    const ended = run.machine.outputs.iterationsOf(nodeRunId)
    const results = ended.map(({ output }) => (output === null ? null : inlineOf(output)))
    run.complete(nodeRunId, 'success', { results })
    return
  }
  const params = evaluateValue(node.params as JsonObject, scopeOf(running, nodeRunId)) as Record<string, Json>
  switch (node.type) {
    case 'set':
    case 'open':
      run.complete(nodeRunId, 'success', params.fields ?? {})
      return
    case 'if-else':
      run.complete(nodeRunId, params.when === true ? 'true' : 'false', { chosen: params.when ?? null })
      return
    case 'fork':
      run.complete(nodeRunId, '*')
      return
    case 'each':
      run.suspend(nodeRunId, iterationsOf(params.items as Json[]))
      return
    case 'child': {
      const document = children.get(params.workflow as string) as WorkflowDocument
      const { status, output } = runDocument(document, manifest, params.input as JsonObject, children)
      if (status === 'completed') {
        run.complete(nodeRunId, 'success', { runId: 'r2', status, outcome: 'completed', output })
      } else run.fail(nodeRunId, 'CHILD_FAILED')
      return
    }
    case 'end':
      running.result = params.output ?? null
      run.complete(nodeRunId, 'end', { output: running.result }, 'completed')
      return
    default:
      run.complete(nodeRunId)
  }
}

/** Runs a document of a few node types to its end on the machine, with the runs that it starts. */
export function runDocument(
  document: WorkflowDocument,
  manifest: NodeManifest,
  input: JsonObject,
  children: ReadonlyMap<string, WorkflowDocument> = new Map(),
): DocumentResult {
  const plan = compile(document, manifest)
  const run = simulateRun(plan)
  const nodes = new Map(nodesWithin(plan).map((node) => [node.id, node]))
  const running: Running = { run, document, manifest, input, nodes, children, result: null }
  run.start({ input, trigger: plan.nodes.find(({ control }) => control === 'trigger')?.id ?? 'start' })
  for (;;) {
    const next = run.machine.openNodeRuns().find(({ waitId }) => waitId === null)
    if (next === undefined) return { status: run.machine.status, output: running.result }
    try {
      execute(running, next)
    } catch {
      run.fail(next.nodeRunId)
    }
  }
}
