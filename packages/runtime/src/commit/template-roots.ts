import { isJsonObject, isoInstant, type Json, type JsonObject } from '@tenon/core/document'
import type { ValueRef } from '@tenon/core/run'
import type { InputView, OwnedOutput } from '../interpreter/run-outputs.ts'
import { callbackUrlsFor } from './callback-placeholder.ts'
import type { NodeReads } from './node-templates.ts'
import type { RunSession } from './session.ts'
import type { ValueReader } from './value-loader.ts'

type MutableObject = { [key: string]: Json }

/** Values that the templates of one node run read, by root: `input`, `nodes`, `trigger`, `error`, `vars`, `run`, in loops `item`, `index` and `loop`. */
type TemplateRoots = Readonly<Record<string, Json>>

/** An output that is read, under a key of `input` or as the output of a node. */
interface Wanted {
  readonly key: string
  readonly owned: OwnedOutput
}

/**
 * Loads only the values that the templates of a node run read: of `input` only the named keys, unless a template reads
 * all of it. Values in memory cost no turn of the event loop.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if values are temporarily unreadable.
 */
export function loadRoots(
  session: RunSession,
  nodeRunId: string,
  reads: NodeReads,
  values: ValueReader,
): TemplateRoots | Promise<TemplateRoots> {
  const { identity, plan, beginning, machine } = session
  const view = machine.outputs.inputView(nodeRunId)
  const input = wantedOfInput(view, reads.input)
  const nodes = wantedOfNodes(session, view, reads.nodes)
  const trigger = reads.trigger && beginning !== null ? beginning.input : null
  const failure = reads.error ? view.error() : null
  const iteration = reads.iteration ? machine.outputs.iterationOf(nodeRunId) : null
  const round = reads.round ? machine.outputs.roundOf(nodeRunId) : null
  const refs = [...input, ...nodes].map(({ owned }) => owned.output)
  if (trigger !== null) refs.push(trigger)
  if (failure !== null) refs.push(failure.output)
  if (iteration !== null) refs.push(iteration.items)
  if (round !== null && round.previous !== null) refs.push(round.previous)

  const { tenantId } = identity
  const known = new Map<string, Json>()
  const missing: ValueRef[] = []
  for (const ref of refs) {
    const value = values.peek(tenantId, ref)
    if (value === undefined) missing.push(ref)
    else known.set(ref.hash, value)
  }
  const valueAt = (ref: ValueRef): Json => known.get(ref.hash) as Json
  const build = (): TemplateRoots => {
    const roots: MutableObject = { vars: plan.variables as JsonObject }
    if (reads.run) roots.run = runRoot(session, nodeRunId)
    if (reads.input.length > 0) roots.input = buildInput(input, reads.input === '*', valueAt)
    if (reads.nodes.length > 0) roots.nodes = buildNodes(nodes, valueAt)
    if (reads.trigger) roots.trigger = trigger === null ? null : valueAt(trigger)
    if (failure !== null) roots.error = valueAt(failure.output)
    if (iteration !== null) {
      const items = valueAt(iteration.items)
      roots.item = Array.isArray(items) ? (items[iteration.index] ?? null) : null
      roots.index = iteration.index
    }
    if (round !== null) {
      roots.loop = { index: round.index, previous: round.previous === null ? null : valueAt(round.previous) }
    }
    return roots
  }
  const load = async (): Promise<TemplateRoots> => {
    for (const ref of missing) known.set(ref.hash, await values.load(tenantId, ref))
    return build()
  }
  return missing.length === 0 ? build() : load()
}

function runRoot(session: RunSession, nodeRunId: string): JsonObject {
  const { runId, workflowId, version } = session.identity
  const startedAt = isoInstant(session.beginning?.startedAt ?? 0)
  const callbackUrls = callbackUrlsFor(session, nodeRunId)
  return { id: runId, workflowId, version, startedAt, ...(callbackUrls === null ? {} : { callbackUrls }) }
}

function wantedOfInput(view: InputView, keys: NodeReads['input']): readonly Wanted[] {
  if (keys === '*') return view.owners().map((owned) => ({ key: '', owned }))
  const wanted: Wanted[] = []
  for (const key of keys) {
    const owned = view.ownerOf(key)
    if (owned !== null) wanted.push({ key, owned })
  }
  return wanted
}

function wantedOfNodes({ index }: RunSession, view: InputView, named: NodeReads['nodes']): readonly Wanted[] {
  const wanted: Wanted[] = []
  for (const key of named === '*' ? index.allNodes().map(({ id }) => id) : named) {
    const owned = view.outputOf(key)
    if (owned !== null) wanted.push({ key, owned })
  }
  return wanted
}

function buildInput(wanted: readonly Wanted[], isWhole: boolean, valueAt: (ref: ValueRef) => Json): Json {
  const input: MutableObject = {}
  for (const { key, owned } of wanted) {
    const value = valueAt(owned.output)
    if (!isJsonObject(value)) continue
    if (isWhole) Object.assign(input, value)
    else if (value[key] !== undefined) input[key] = value[key]
  }
  return input
}

function buildNodes(wanted: readonly Wanted[], valueAt: (ref: ValueRef) => Json): Json {
  const nodes: MutableObject = {}
  for (const { key, owned } of wanted) nodes[key] = { output: valueAt(owned.output) }
  return nodes
}
