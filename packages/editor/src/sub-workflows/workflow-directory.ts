import type { Change, TenonClient, VersionWithDocument, Workflow } from '@tenon/core/client'
import type { WorkflowId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { followTenant } from '../client/use-tenant-changes.ts'
import { canRetry, retryLater } from '../instance/retry-later.ts'

/** State of a value that is read from the server. */
export type Lookup<Value> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'found'; readonly value: Value }
  /** The server has no such value, or hides it. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Workflows that nodes of a draft run, each read once and again after changes. */
export interface WorkflowDirectory {
  /** Returns a workflow, deleted ones included, and begins to read an unknown one. The same object until it changes. */
  readonly workflow: (workflowId: WorkflowId) => Lookup<Workflow>
  /** Returns a published version, which never changes, and begins to read an unknown one. */
  readonly version: (workflowId: WorkflowId, version: string) => Lookup<VersionWithDocument>
  /** Calls back after each change. Follows changes in the tenant while there are listeners. */
  readonly subscribe: (listener: () => void) => () => void
  /** Reads everything again that could not be read. */
  readonly retry: () => void
}

interface Entry {
  state: Lookup<unknown>
  readonly load: () => Promise<unknown>
  /** Number of the last load: the answer of an earlier one is ignored. */
  count: number
  /** Failed loads since the last answer. */
  failures: number
  /** Stops waiting for the next load after a failure. */
  stop: () => void
}

const LOADING: Lookup<never> = Object.freeze({ kind: 'loading' })

/** Creates an empty directory. */
export function createWorkflowDirectory(client: TenonClient): WorkflowDirectory {
  const entries = new Map<string, Entry>()
  const listeners = new Set<() => void>()
  let unfollow: (() => void) | null = null

  const read = (entry: Entry): void => {
    entry.stop()
    entry.count += 1
    const { count } = entry
    void look(entry.load).then((state) => {
      if (count !== entry.count) return
      entry.state = state
      entry.failures = state.kind === 'failed' ? entry.failures + 1 : 0
      if (state.kind === 'failed' && canRetry(state.error) && listeners.size > 0) {
        const options = { failures: entry.failures, firstPauseMs: FIRST_PAUSE_MS, onlyVisible: true }
        entry.stop = retryLater(() => read(entry), options)
      }
      for (const listener of listeners) listener()
    })
  }
  const stateOf = <Value>(key: string, load: () => Promise<Value>): Lookup<Value> => {
    let entry = entries.get(key)
    if (entry === undefined) {
      entry = { state: LOADING, load, count: 0, failures: 0, stop: () => {} }
      entries.set(key, entry)
      read(entry)
    }
    // An entry is only ever read with the function of its key.
    return entry.state as Lookup<Value>
  }
  const readAgain = (isStale: (key: string, entry: Entry) => boolean): void => {
    for (const [key, entry] of entries) if (isStale(key, entry)) read(entry)
  }
  const onChanges = (changes: readonly Change[]): void => {
    const keys = new Set(changes.flatMap((change) => keysOf(change)))
    const isAll = changes.some(({ kind }) => kind === 'ready')
    readAgain((key, { state }) => keys.has(key) || (isAll && (key.startsWith(WORKFLOW) || state.kind !== 'found')))
  }
  return {
    workflow: (workflowId) => stateOf(WORKFLOW + workflowId, () => client.workflows.get(workflowId)),
    version: (workflowId, version) =>
      stateOf(`version ${workflowId} ${version}`, () => client.versions.get(workflowId, version)),
    subscribe(listener) {
      listeners.add(listener)
      // A failed read may succeed by now.
      if (unfollow === null) readAgain((_key, { state }) => state.kind === 'failed')
      unfollow ??= followTenant(client, onChanges)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        unfollow?.()
        unfollow = null
        for (const { stop } of entries.values()) stop()
      }
    },
    retry: () => readAgain((_key, { state }) => state.kind === 'failed'),
  }
}

const WORKFLOW = 'workflow '
const FIRST_PAUSE_MS = 2_000

async function look(load: () => Promise<unknown>): Promise<Lookup<unknown>> {
  try {
    return { kind: 'found', value: await load() }
  } catch (error) {
    return isMissing(error) ? { kind: 'missing' } : { kind: 'failed', error }
  }
}

function keysOf(change: Change): readonly string[] {
  if (change.kind === 'workflow') return [WORKFLOW + change.id]
  return change.kind === 'version' && change.workflowId !== undefined ? [WORKFLOW + change.workflowId] : []
}

function isMissing(error: unknown): boolean {
  return error instanceof TenonError && (error.code === 'WORKFLOW_NOT_FOUND' || error.code === 'VERSION_NOT_FOUND')
}
