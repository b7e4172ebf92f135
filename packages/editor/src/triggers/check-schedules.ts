import type { TenonClient } from '@tenon/core/client'
import type { NodeId, WorkflowNode } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { fieldsOf, resolveSchema } from '../manifest/param-field.ts'
import { startServerCheck } from '../problems/start-server-check.ts'
import type { EditorState, ListedIssue } from '../store/editor-state.ts'
import type { EditorStore } from '../store/editor-store.ts'
import { schedulesOf } from './schedules-of.ts'

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
  const show = (scheduleIssues: readonly ListedIssue[]) => {
    if (scheduleIssues.length > 0 || store.getState().scheduleIssues.length > 0) store.setState({ scheduleIssues })
  }
  const { stop } = startServerCheck(store, {
    partOf: (state) => schedulesOf(state).map(({ id, params }) => [id, params] as const),
    none: [],
    // Times pass: a schedule that had one may have none.
    panels: ['publish'],
    check: async (_, isCurrent) => {
      const state = store.getState()
      const schedules = state.phase.kind === 'ready' ? schedulesOf(state) : []
      const found = await Promise.all(schedules.map((node) => issuesOf(node, state, client())))
      if (isCurrent()) show(found.flat())
    },
    clear: () => show([]),
  })
  return stop
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
