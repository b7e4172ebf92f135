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
  const details = { runId, ...(error === null ? {} : { code: error.code, nodeId: error.nodeId ?? null }) }
  switch (status) {
    case 'failed':
      throw new TenonError(
        'CHILD_FAILED',
        `The run of the workflow failed: ${error?.message ?? 'for an unknown reason'}`,
        {
          details,
        },
      )
    case 'canceled':
      throw new TenonError(
        'CHILD_CANCELED',
        `The run of the workflow was canceled: ${error?.message ?? 'for an unknown reason'}`,
        {
          details,
        },
      )
    case 'started':
    case 'completed':
      return { port: 'success', output: { runId, status, outcome, output } }
  }
}
