import { setImmediate } from 'node:timers/promises'
import type { SubWorkflowCall } from '@tenon/core/api'
import { type JsonSchema, type WorkflowDocument, type WorkflowId, workflowsNamedBy } from '@tenon/core/document'
import type { ProblemIssue } from '@tenon/core/errors'
import { HANDLER_INPUT_SAMPLE, MAX_RUN_DEPTH } from '@tenon/core/run'
import { firstTrigger, inputSchemaOf } from '@tenon/runtime'
import type { PinnedWorkflow, Plan } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { nodesAndTools } from '../enabled-nodes.ts'
import { MAX_ISSUES } from '../server-issue.ts'
import type { DraftRef } from '../tables/draft-repository.ts'
import { findStableVersion, findVersionToRun, type VersionToRun } from '../tables/version-repository.ts'
import { findWorkflow, workflowNames } from '../tables/workflow-repository.ts'
import { inputIssues, type Refusal, refusalIssue, type WorkflowReference } from './subworkflow-issues.ts'
import { readVersionsBelow, type VersionsBelow } from './versions-below.ts'

/** Versions of the workflows that a document runs, with the problems of those that it cannot run. */
export interface PinnedWorkflows {
  /** Latest published versions, by workflow id. */
  readonly workflows: Readonly<Record<string, PinnedWorkflow>>
  readonly issues: readonly ProblemIssue[]
}

/** The latest published version of a workflow, as far as references are checked against it. */
interface FoundVersion {
  readonly kind: 'found'
  /** Name of the workflow. */
  readonly name: string
  readonly workflowId: WorkflowId
  readonly pinned: PinnedWorkflow
  /** `null` if all triggers are disabled. */
  readonly trigger: { readonly inputSchema: JsonSchema | null } | null
}

type FoundWorkflow = FoundVersion | Refusal

/**
 * Finds the latest published version of each workflow that enabled nodes of a document run, and of its error handler, and
 * checks that they can be run. A version contains these references, so that its runs start the same versions forever; and theirs contain
 * their own, so that they close over all workflows below.
 *
 * Other requests are answered between workflows, and between nodes. Call it outside of transactions.
 *
 * @see docs/adr/0049-a-version-contains-the-versions-it-runs.md
 */
export async function pinWorkflows(
  { database, registry }: Pick<ServerContext, 'database' | 'registry'>,
  ref: DraftRef,
  document: WorkflowDocument,
): Promise<PinnedWorkflows> {
  const calls = nodesAndTools(registry, document).flatMap(({ node: { id, params }, name, entry, paramsAt }) => {
    const named = entry === undefined ? [] : workflowsNamedBy(entry, params)
    const isTool = paramsAt.length > 3
    // The model gives a tool its input.
    const input = entry?.control === 'child' && !isTool ? { input: params.input ?? {} } : {}
    const at = (param: string) => (isTool ? String(paramsAt[3]) : param)
    return named.map(({ param, workflowId }) => ({ nodeId: id, name, workflowId, param: at(param), ...input }))
  })
  return checkCalls({ database }, ref, { calls, errorHandler: document.settings.errorHandler?.workflow })
}

/**
 * Finds the latest published version of each workflow that nodes of a draft run, and of its error handler, and checks that
 * they can be run.
 *
 * Other requests are answered between workflows, and between nodes. Call it outside of transactions.
 *
 * @returns Issues up to about as many as a response lists.
 */
export async function checkCalls(
  { database }: Pick<ServerContext, 'database'>,
  ref: DraftRef,
  { calls, errorHandler }: CallsToCheck,
): Promise<PinnedWorkflows> {
  const references = [
    ...calls.map(referenceOf),
    ...(errorHandler === undefined ? [] : [handlerReference(errorHandler)]),
  ]
  if (references.length === 0) return { workflows: {}, issues: [] }
  const found = new Map<WorkflowId, FoundWorkflow>()
  for (const workflowId of new Set(references.map((each) => each.workflowId))) {
    // One at a time: plans are large.
    found.set(workflowId, await findLatest(database, ref, workflowId))
    await setImmediate()
  }
  const versions = [...found.values()].filter((each) => each.kind === 'found')
  const refusals = await refuseChains(database, ref, versions)
  const issues: ProblemIssue[] = []
  for (const reference of references) {
    if (issues.length >= MAX_ISSUES) break
    const workflow = refusals.get(reference.workflowId) ?? found.get(reference.workflowId)
    if (workflow === undefined) continue
    issues.push(...issuesOf(reference, workflow))
    await setImmediate()
  }
  return { workflows: Object.fromEntries(versions.map(({ workflowId, pinned }) => [workflowId, pinned])), issues }
}

/** References of a draft to other workflows. */
interface CallsToCheck {
  readonly calls: readonly SubWorkflowCall[]
  readonly errorHandler?: WorkflowId | undefined
}

function referenceOf({ nodeId, name, workflowId, param = 'workflow', input }: SubWorkflowCall): WorkflowReference {
  const params = ['nodes', nodeId, 'params']
  return { name, workflowId, input, at: [...params, param], inputAt: [...params, 'input'] }
}

function handlerReference(workflowId: WorkflowId): WorkflowReference {
  const at = ['settings', 'errorHandler', 'workflow']
  return { name: 'Error handler', workflowId, input: HANDLER_INPUT_SAMPLE, at, inputAt: at }
}

async function findLatest(
  database: ServerContext['database'],
  ref: DraftRef,
  workflowId: WorkflowId,
): Promise<FoundWorkflow> {
  const { tenantId } = ref
  const { workflow, version } = await database.withTenant(tenantId, async (tx) => {
    const workflow = await findWorkflow(tx, tenantId, workflowId)
    const latest = await findStableVersion(tx, tenantId, workflowId, workflow?.latest_version ?? null)
    const isRunnable = latest !== null && workflow?.deleted_at === null && workflowId !== ref.workflowId
    return {
      workflow,
      version: isRunnable ? await findVersionToRun(tx, tenantId, workflowId, latest) : null,
    }
  })
  if (workflow === null) return { kind: 'missing', workflowId }
  const { name } = workflow
  if (workflowId === ref.workflowId) return { kind: 'cyclic', names: [name, name] }
  if (workflow.deleted_at !== null) return { kind: 'deleted', name }
  return version === null ? { kind: 'unpublished', name } : foundVersion(name, version)
}

/** Keeps what is needed of a version, without its plan. */
function foundVersion(name: string, { workflow_id: workflowId, version, plan: text }: VersionToRun): FoundVersion {
  const plan = JSON.parse(text) as Plan
  const trigger = firstTrigger(plan)
  return {
    kind: 'found',
    name,
    workflowId,
    pinned: { version, planHash: plan.planHash },
    trigger: trigger === null ? null : { inputSchema: inputSchemaOf(trigger) },
  }
}

/** Refuses versions that run an earlier version of the draft's workflow, or that start a chain that is too long. */
async function refuseChains(
  database: ServerContext['database'],
  ref: DraftRef,
  versions: readonly FoundVersion[],
): Promise<ReadonlyMap<WorkflowId, Refusal>> {
  const refs = versions.map(({ workflowId, pinned: { version } }) => ({ workflowId, version }))
  const versionsBelow = await readVersionsBelow({ database }, ref, refs)
  const below = new Map<FoundVersion, VersionsBelow>(
    versions.map((each) => [each, versionsBelow({ workflowId: each.workflowId, version: each.pinned.version })]),
  )
  const onWays = [...below.values()].flatMap(({ wayBack }) => wayBack ?? [])
  const names = await database.withTenant(ref.tenantId, (tx) => workflowNames(tx, ref.tenantId, onWays))
  const refusals = new Map<WorkflowId, Refusal>()
  for (const [{ workflowId, name }, { levels, wayBack }] of below) {
    if (wayBack !== null) {
      const way = [ref.workflowId, ...wayBack].map((id) => names.get(id) ?? id)
      refusals.set(workflowId, { kind: 'cyclic', names: way })
    } else if (levels > MAX_RUN_DEPTH) refusals.set(workflowId, { kind: 'deep', name })
  }
  return refusals
}

function issuesOf(reference: WorkflowReference, workflow: FoundWorkflow): readonly ProblemIssue[] {
  if (workflow.kind !== 'found') return [refusalIssue(reference, workflow)]
  const { name, trigger } = workflow
  if (trigger === null) return [refusalIssue(reference, { kind: 'untriggered', name })]
  const { input } = reference
  return trigger.inputSchema === null || input === undefined
    ? []
    : inputIssues(reference, input, name, trigger.inputSchema)
}
