import type { Approval } from '@tenon/core/client'
import { isoInstant } from '@tenon/core/document'
import type { ApprovalView } from '@tenon/core/run'

/** Approval in the form of {@link ApprovalCard}: one of the API, or one folded from the run log. */
export type ShownApproval = Pick<
  Approval,
  | 'approvalId'
  | 'runId'
  | 'workflowName'
  | 'title'
  | 'message'
  | 'choices'
  | 'evidence'
  | 'required'
  | 'votes'
  | 'status'
  | 'openedAt'
  | 'dueAt'
  | 'approvers'
  | 'canDecide'
>

/**
 * Returns the state of an approval at one moment of the run log.
 *
 * @param known - The same approval from the API, with the permission of the reader; `null` if not loaded.
 */
export function approvalOfView(
  { waitFor, waitId, votes, closed, openedAt }: ApprovalView,
  run: { readonly runId: string; readonly workflowName: string },
  known: Approval | null,
): ShownApproval {
  const { title, message, choices, evidence, required, approvers, dueAt } = waitFor
  return {
    approvalId: known?.approvalId ?? waitId,
    runId: run.runId,
    workflowName: run.workflowName,
    title,
    message,
    choices,
    evidence,
    required,
    votes,
    status: closed ?? 'open',
    openedAt: isoInstant(openedAt),
    dueAt: dueAt === null ? null : isoInstant(dueAt),
    approvers,
    canDecide: known !== null && known.status === 'open' && known.canDecide,
  }
}
