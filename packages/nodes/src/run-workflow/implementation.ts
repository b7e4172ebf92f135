import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type ChildResult, implementInlineNode, type NodeResult } from '@tenon/core/node'
import { runWorkflow } from './definition.ts'

/** Starts the run in the first pass; the next one has its result. */
export const runWorkflowNode = implementInlineNode(runWorkflow, ({ workflow, input, wait }, { child }) =>
  child === null
    ? // Resolved templates contain JSON only.
      { suspend: { kind: 'child', workflowId: workflow, input: input as Json, wait } }
    : toResult(child),
)

function toResult({ runId, status, outcome, output, error }: ChildResult): NodeResult<typeof runWorkflow> {
  switch (status) {
    case 'failed':
      throw failure('CHILD_FAILED', 'The run of the workflow failed', runId, error)
    case 'canceled':
      throw failure('CHILD_CANCELED', 'The run of the workflow was canceled', runId, error)
    case 'started':
    case 'completed':
      return { port: 'success', output: { runId, status, outcome, output } }
  }
}

function failure(
  code: 'CHILD_FAILED' | 'CHILD_CANCELED',
  what: string,
  runId: string,
  error: ChildResult['error'],
): TenonError {
  if (error === null) return new TenonError(code, what, { details: { runId } })
  const details = { runId, code: error.code, nodeId: error.nodeId ?? null }
  return new TenonError(code, `${what}: ${error.message}`, { details })
}
