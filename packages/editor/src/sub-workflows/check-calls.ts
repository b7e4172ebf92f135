import type { Change, CheckSubWorkflows, SubWorkflowCall, TenonClient } from '@tenon/core/client'
import type { JsonSchema, WorkflowId } from '@tenon/core/document'
import type { ProblemIssue } from '@tenon/core/errors'
import type { NodeManifest } from '@tenon/core/node'
import { runOutputSchema } from '@tenon/core/validate'
import { followTenant } from '../client/use-tenant-changes.ts'
import { toListed } from '../problems/server-issues.ts'
import { startServerCheck } from '../problems/start-server-check.ts'
import type { EditorStore } from '../store/editor-store.ts'
import { referencesOf } from './calls-of.ts'

/** Most nodes that one request checks. */
const MAX_CALLS = 500

export interface CallChecksOptions {
  readonly store: EditorStore
  /** Returns the present client of the host. */
  readonly client: () => TenonClient
  /** Workflow that is edited. */
  readonly workflowId: WorkflowId
}

/**
 * Checks on the server whether the nodes of a draft, and its error handler, can run their workflows: after changes of these, after any
 * workflow of the tenant was published, deleted or restored, and before the draft is published or tried. Reads what these
 * workflows put out as well, for completion.
 *
 * @returns A function that stops it.
 */
export function startCallChecks({ store, client, workflowId }: CallChecksOptions): () => void {
  const readOutputs = createOutputReader(client)
  const showOutputs = async (calls: readonly SubWorkflowCall[], isCurrent: () => boolean) => {
    const ids = new Set(calls.map((call) => call.workflowId))
    const runOutputs = await readOutputs(ids, store.getState().manifest.manifest)
    const before = store.getState().runOutputs
    const isSame = runOutputs.size === before.size && [...runOutputs].every(([id, schema]) => before.get(id) === schema)
    if (!isSame && isCurrent()) store.setState({ runOutputs })
  }
  const showIssues = (issues: readonly ProblemIssue[]) => {
    if (issues.length > 0 || store.getState().serverIssues.length > 0) {
      store.setState({ serverIssues: issues.map(toListed) })
    }
  }
  const readIssues = async ({ calls, errorHandler }: CheckSubWorkflows, isCurrent: () => boolean) => {
    const found: ProblemIssue[] = []
    const handler = errorHandler === undefined ? [] : [{ calls: [], errorHandler }]
    for (const part of [...inParts(calls), ...handler]) {
      if (!isCurrent()) break
      found.push(...(await client().drafts.checkSubWorkflows(workflowId, part)).issues)
    }
    return found
  }
  const { again, stop } = startServerCheck<CheckSubWorkflows>(store, {
    partOf: referencesOf,
    none: { calls: [] },
    panels: ['publish', 'try'],
    check: async (references, isCurrent) => {
      void showOutputs(references.calls, isCurrent)
      const issues = await readIssues(references, isCurrent)
      if (isCurrent()) showIssues(issues)
    },
    clear: () => showIssues([]),
  })
  const unfollow = followTenant(client(), (changes) => {
    if (changes.some(isOfWorkflow)) again()
  })
  return () => {
    stop()
    unfollow()
  }
}

function inParts(calls: readonly SubWorkflowCall[]): readonly CheckSubWorkflows[] {
  const parts: CheckSubWorkflows[] = []
  for (let at = 0; at < calls.length; at += MAX_CALLS) parts.push({ calls: calls.slice(at, at + MAX_CALLS) })
  return parts
}

// Also workflows that no node names: they may be further down.
function isOfWorkflow({ kind }: Change): boolean {
  return kind === 'workflow' || kind === 'version' || kind === 'ready'
}

/** Schemas of what the runs of workflows put out, by workflow id. */
type RunOutputs = ReadonlyMap<WorkflowId, JsonSchema>

type OutputsClient = Pick<TenonClient, 'workflows' | 'versions'>

type ReadOutputs = (workflowIds: ReadonlySet<WorkflowId>, manifest: NodeManifest) => Promise<RunOutputs>

/**
 * Creates a function that reads what the runs of workflows put out: those of their live versions, each of which is read
 * once. Workflows that cannot be read, or have no version, are left out.
 */
function createOutputReader(client: () => OutputsClient): ReadOutputs {
  const known = new Map<string, JsonSchema>()
  const read = async (workflowId: WorkflowId, manifest: NodeManifest): Promise<JsonSchema | null> => {
    const { liveVersion: version } = await client().workflows.get(workflowId)
    if (version === null) return null
    const key = JSON.stringify([workflowId, version, manifest.hash])
    const schema =
      known.get(key) ?? runOutputSchema((await client().versions.get(workflowId, version)).document, manifest)
    known.set(key, schema)
    return schema
  }
  return async (workflowIds, manifest) => {
    const entries = await Promise.all(
      [...workflowIds].map(async (id) => [id, await read(id, manifest).catch(() => null)] as const),
    )
    return new Map(entries.flatMap(([id, schema]) => (schema === null ? [] : [[id, schema] as const])))
  }
}
