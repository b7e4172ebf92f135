import type { Change, CheckSubWorkflows, SubWorkflowCall, TenonClient } from '@tenon/core/client'
import type { WorkflowId } from '@tenon/core/document'
import type { ProblemIssue } from '@tenon/core/errors'
import { followTenant } from '../client/use-tenant-changes.ts'
import { canRetry, retryLater } from '../instance/retry-later.ts'
import { toListed } from '../problems/server-issues.ts'
import type { EditorState } from '../store/editor-state.ts'
import type { EditorStore } from '../store/editor-store.ts'
import { referencesOf } from './calls-of.ts'
import { createOutputReader } from './read-outputs.ts'

/** Pause after the last change in milliseconds, so that incomplete values are not checked. */
const PAUSE_MS = 400
const FIRST_RETRY_MS = 2_000
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
  let timer: ReturnType<typeof setTimeout> | null = null
  let stopRetry = () => {}
  let failures = 0
  let key = ''
  // The answer of an earlier request is ignored.
  let count = 0
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
  const check = async () => {
    timer = null
    stopRetry()
    count += 1
    const own = count
    const state = store.getState()
    const references = state.phase.kind === 'ready' ? referencesOf(state) : { calls: [] }
    key = JSON.stringify(references)
    const isCurrent = () => own === count
    void showOutputs(references.calls, isCurrent)
    try {
      const issues = await readIssues(references, isCurrent)
      if (!isCurrent()) return
      failures = 0
      showIssues(issues)
    } catch (error) {
      if (!isCurrent()) return
      if (!canRetry(error)) {
        // Such as a permission that is gone: no answer will follow, and publishing checks again.
        showIssues([])
        return
      }
      failures += 1
      stopRetry = retryLater(() => void check(), { failures, firstPauseMs: FIRST_RETRY_MS, onlyVisible: true })
    }
  }
  const schedule = (pauseMs: number) => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => void check(), pauseMs)
  }
  const unsubscribe = store.subscribe((state, before) => {
    const isOther =
      state.document !== before.document || state.manifest !== before.manifest || state.phase !== before.phase
    if (isOther && JSON.stringify(referencesOf(state)) !== key) schedule(PAUSE_MS)
    if (isOpening(state, before)) schedule(0)
  })
  const unfollow = followTenant(client(), (changes) => {
    if (changes.some(isOfWorkflow)) schedule(PAUSE_MS)
  })
  schedule(0)
  return () => {
    count += 1
    if (timer !== null) clearTimeout(timer)
    stopRetry()
    unsubscribe()
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

function isOpening({ openPanel }: EditorState, before: EditorState): boolean {
  return openPanel !== before.openPanel && (openPanel === 'publish' || openPanel === 'try')
}
