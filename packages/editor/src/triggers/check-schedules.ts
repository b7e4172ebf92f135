import type { TenonClient } from '@tenon/core/client'
import type { NodeId, WorkflowNode } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { canRetry, retryLater } from '../instance/retry-later.ts'
import { fieldsOf, resolveSchema } from '../manifest/param-field.ts'
import type { EditorState, ListedIssue } from '../store/editor-state.ts'
import type { EditorStore } from '../store/editor-store.ts'
import { schedulesOf } from './schedules-of.ts'

/** Pause after the last change in milliseconds, so that incomplete values are not checked. */
const PAUSE_MS = 400
const FIRST_RETRY_MS = 2_000

export interface ScheduleChecksOptions {
  readonly store: EditorStore
  /** Returns the present client of the host. */
  readonly client: () => TenonClient
}

/**
 * Checks on the server whether the schedules of a draft have times, after their changes and before the draft is published.
 *
 * @returns A function that stops it.
 */
export function startScheduleChecks({ store, client }: ScheduleChecksOptions): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null
  let stopRetry = () => {}
  let failures = 0
  let key = ''
  // The answer of an earlier request is ignored.
  let count = 0
  const show = (scheduleIssues: readonly ListedIssue[]) => {
    if (scheduleIssues.length > 0 || store.getState().scheduleIssues.length > 0) store.setState({ scheduleIssues })
  }
  const check = async () => {
    timer = null
    stopRetry()
    count += 1
    const own = count
    const state = store.getState()
    const schedules = state.phase.kind === 'ready' ? schedulesOf(state) : []
    key = keyOf(schedules)
    try {
      const found = await Promise.all(schedules.map((node) => issuesOf(node, state, client())))
      if (own !== count) return
      failures = 0
      show(found.flat())
    } catch (error) {
      if (own !== count) return
      if (!canRetry(error)) {
        // Such as a permission that is gone: publishing checks again.
        show([])
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
    if (isOther && keyOf(schedulesOf(state)) !== key) schedule(PAUSE_MS)
    // Times pass: a schedule that had one may have none.
    if (state.openPanel !== before.openPanel && state.openPanel === 'publish') schedule(0)
  })
  schedule(0)
  return () => {
    count += 1
    if (timer !== null) clearTimeout(timer)
    stopRetry()
    unsubscribe()
  }
}

function keyOf(schedules: readonly WorkflowNode[]): string {
  return JSON.stringify(schedules.map(({ id, params }) => [id, params]))
}

async function issuesOf(node: WorkflowNode, state: EditorState, client: TenonClient): Promise<readonly ListedIssue[]> {
  try {
    await client.triggers.preview({ params: node.params, count: 1 })
    return []
  } catch (error) {
    const issues = error instanceof TenonError && error.code === 'SCHEDULE_INVALID' ? error.details?.issues : undefined
    if (!Array.isArray(issues)) throw error
    const titleOf = titlesOf(node, state)
    return (issues as readonly ProblemIssue[]).map(({ path, message }) => toParamIssue(node.id, titleOf, path, message))
  }
}

/** Writes a fault of the server as validation writes those that it finds. */
function toParamIssue(
  nodeId: NodeId,
  titleOf: (param: string) => string,
  path: ProblemIssue['path'],
  fault: string,
): ListedIssue {
  const param = titleOf(String(path[1]))
  const message = `"${param}": ${fault}`
  return { code: 'PARAM_INVALID', severity: 'error', nodeId, path, message, values: { param, fault } }
}

function titlesOf(node: WorkflowNode, { manifest }: EditorState): (param: string) => string {
  const schema = manifest.entryOf(node)?.params ?? {}
  const fields = fieldsOf(schema, resolveSchema(schema, schema))
  return (param) => fields.find(({ name }) => name === param)?.title ?? param
}
