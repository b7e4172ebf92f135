import { isJsonObject, type Json, type JsonSchema, type WorkflowDocument, type WorkflowId } from '@tenon/core/document'
import type { ProblemIssue } from '@tenon/core/errors'
import { isTemplate } from '@tenon/core/expression'
import { checkJsonSchema } from '@tenon/core/node'
import type { PinnedWorkflow, Plan, PlanNode } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { type EnabledNode, enabledNodes } from '../enabled-nodes.ts'
import { serverIssue } from '../server-issue.ts'
import type { DraftRef } from '../tables/draft-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { findReferredVersion, type ReferredVersion, readLockfiles } from '../tables/version-repository.ts'
import { findWorkflow, workflowNames } from '../tables/workflow-repository.ts'

/** Most runs above a run: so many workflows can run each other in a row. */
const MAX_DEPTH = 10

/** Versions of the workflows that a document runs, with the problems of those that it cannot run. */
export interface PinnedWorkflows {
  /** Latest published versions, by workflow id. */
  readonly workflows: Readonly<Record<string, PinnedWorkflow>>
  readonly issues: readonly ProblemIssue[]
}

/** A workflow that a document runs, as far as its nodes can be checked against it. */
type FoundWorkflow =
  | { readonly kind: 'missing' | 'deleted' | 'unpublished' | 'cyclic' | 'deep'; readonly name: string }
  | {
      readonly kind: 'found'
      readonly name: string
      readonly pinned: PinnedWorkflow
      readonly trigger: PlanNode | null
    }

/**
 * Finds the latest published version of each workflow that enabled nodes of a document run, and checks that the nodes can
 * run it. A version contains these references, so that its runs start the same versions forever; and theirs contain
 * their own, so that they close over all workflows below.
 *
 * @see docs/adr/0048-children-are-runs.md
 */
export async function pinWorkflows(
  { database, registry }: Pick<ServerContext, 'database' | 'registry'>,
  ref: DraftRef,
  document: WorkflowDocument,
): Promise<PinnedWorkflows> {
  const nodes = enabledNodes(registry, document).filter(({ entry }) => entry?.control === 'child')
  const found = new Map<string, FoundWorkflow>()
  for (const { node } of nodes) {
    const workflowId = String(node.params.workflow)
    if (found.has(workflowId)) continue
    // One at a time: plans are large.
    found.set(workflowId, await database.withTenant(ref.tenantId, (tx) => findWorkflowToRun(tx, ref, workflowId)))
  }
  const issues = nodes.flatMap((node) => issuesOf(node, found.get(String(node.node.params.workflow))))
  const pinned = [...found].flatMap(([id, each]) => (each.kind === 'found' ? [[id, each.pinned] as const] : []))
  return { workflows: Object.fromEntries(pinned), issues }
}

async function findWorkflowToRun(tx: ServerTx, ref: DraftRef, workflowId: WorkflowId): Promise<FoundWorkflow> {
  const workflow = await findWorkflow(tx, ref.tenantId, workflowId)
  if (workflow === null) return { kind: 'missing', name: workflowId }
  const { name, deleted_at: deletedAt, latest_version: latest } = workflow
  if (workflowId === ref.workflowId) return { kind: 'cyclic', name: [name, name].join(ARROW) }
  if (deletedAt !== null) return { kind: 'deleted', name }
  const version = latest === null ? null : await findReferredVersion(tx, ref.tenantId, workflowId, String(latest))
  if (version === null) return { kind: 'unpublished', name }
  const chain = await findChain(tx, ref, version)
  if (chain !== null) return chain
  const { planHash, nodes } = JSON.parse(version.plan) as Pick<Plan, 'planHash' | 'nodes'>
  const trigger = nodes.find(({ control, disabled }) => control === 'trigger' && !disabled) ?? null
  return { kind: 'found', name, pinned: { version: version.version, planHash }, trigger }
}

const ARROW = ' → '

/**
 * Follows the references below a version, level by level.
 *
 * @returns The chain of workflows that leads back to the document, or one that is too long; `null` without either.
 */
async function findChain(tx: ServerTx, ref: DraftRef, version: ReferredVersion): Promise<FoundWorkflow | null> {
  const { tenantId, workflowId: own } = ref
  const nameOf = async (path: readonly WorkflowId[]): Promise<string> => {
    const names = await workflowNames(tx, tenantId, path)
    return path.map((id) => names.get(id) ?? id).join(ARROW)
  }
  let level: readonly Reference[] = [{ path: [own, version.workflow_id], lockfile: version.lockfile }]
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return { kind: 'deep', name: await nameOf([version.workflow_id]) }
    const below = level.flatMap(referencesOf)
    const back = below.find(({ path }) => path.at(-1) === own)
    if (back !== undefined) return { kind: 'cyclic', name: await nameOf(back.path) }
    // A version that several refer to has the same references below it.
    const once = [...new Map(below.map((each) => [`${each.workflowId} ${each.version}`, each])).values()]
    const lockfiles = await readLockfiles(tx, tenantId, once)
    level = once.flatMap(({ workflowId, version: number, path }) =>
      lockfiles
        .filter((row) => row.workflow_id === workflowId && row.version === number)
        .map(({ lockfile }) => ({ path, lockfile })),
    )
  }
  return null
}

/** A version on the way down from the document, with the workflows on the way. */
interface Reference {
  readonly path: readonly WorkflowId[]
  readonly lockfile: string
}

function referencesOf({ path, lockfile }: Reference) {
  const { workflows = {} } = JSON.parse(lockfile) as { readonly workflows?: Readonly<Record<string, PinnedWorkflow>> }
  return Object.entries(workflows).map(([workflowId, { version }]) => ({
    workflowId,
    version,
    path: [...path, workflowId],
  }))
}

function issuesOf({ node, name }: EnabledNode, found: FoundWorkflow | undefined): readonly ProblemIssue[] {
  if (found === undefined) return []
  const at = ['nodes', node.id, 'params', 'workflow']
  const { name: workflow } = found
  switch (found.kind) {
    case 'missing': {
      const message = `${name}: no workflow has the id "${workflow}"`
      return [serverIssue('SUBWORKFLOW_NOT_FOUND', at, message, { workflowId: workflow })]
    }
    case 'deleted':
      return [serverIssue('SUBWORKFLOW_DELETED', at, `${name}: the workflow "${workflow}" was deleted`, { workflow })]
    case 'unpublished': {
      const message = `${name}: the workflow "${workflow}" has no published version. Publish it first`
      return [serverIssue('SUBWORKFLOW_NOT_PUBLISHED', at, message, { workflow })]
    }
    case 'cyclic': {
      const message = `${name}: these workflows would run each other without an end: ${workflow}`
      return [serverIssue('SUBWORKFLOW_CYCLE', at, message, { path: workflow })]
    }
    case 'deep': {
      const message = `${name}: below "${workflow}", more than ${MAX_DEPTH} workflows run each other in a row`
      return [serverIssue('SUBWORKFLOW_TOO_DEEP', at, message, { workflow, maximum: MAX_DEPTH })]
    }
    case 'found': {
      if (found.trigger !== null)
        return inputIssues(node.id, name, { workflow, trigger: found.trigger }, node.params.input)
      const message = `${name}: every trigger of the workflow "${workflow}" is disabled`
      return [serverIssue('SUBWORKFLOW_NO_TRIGGER', at, message, { workflow })]
    }
  }
}

/** Reports what is wrong with an input whatever its templates give: missing fields, and literals of another type. */
function inputIssues(
  nodeId: string,
  name: string,
  { workflow, trigger }: { readonly workflow: string; readonly trigger: PlanNode },
  input: Json = {},
): readonly ProblemIssue[] {
  const schema = trigger.params.inputSchema
  if (schema === undefined) return []
  const faults = checkJsonSchema(schema as JsonSchema, input).filter(({ path }) => !isOpen(input, path))
  return faults.map(({ path, message: fault }) => {
    const message = `${name}: the input of the workflow "${workflow}" is not valid. ${fault}`
    const at = ['nodes', nodeId, 'params', 'input', ...path]
    return serverIssue('SUBWORKFLOW_INPUT_INVALID', at, message, { workflow, fault })
  })
}

/** Checks whether the value at a path comes from a template, or contains one that may remove the fault. */
function isOpen(input: Json, path: ProblemIssue['path']): boolean {
  let value: Json | undefined = input
  for (const key of path) {
    if (typeof value === 'string') break
    value = valueAt(value, key)
  }
  return typeof value === 'string' && isTemplate(value)
}

function valueAt(value: Json | undefined, key: string | number): Json | undefined {
  if (Array.isArray(value)) return value[Number(key)]
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
