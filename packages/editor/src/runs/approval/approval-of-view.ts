import type { Approval } from '@tenon/core/client'
import { isoInstant } from '@tenon/core/document'
import type { ApprovalView, CallToApprove } from '@tenon/core/run'

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
  | 'call'
>

/**
 * Returns the state of an approval at one moment of the run log.
 *
 * @param known - The same approval from the API, with the permission of the reader; `null` if not loaded.
 */
export function approvalOfView(
  { waitFor, waitId, nodeRunId, votes, closed, openedAt }: ApprovalView,
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
    votes: votes.map(({ params, ...vote }) =>
      params?.inline === undefined ? vote : { ...vote, params: params.inline },
    ),
    status: closed ?? 'open',
    openedAt: isoInstant(openedAt),
    dueAt: dueAt === null ? null : isoInstant(dueAt),
    approvers,
    canDecide: known !== null && known.status === 'open' && known.canDecide,
    ...callOf(nodeRunId, waitFor.call, known),
  }
}

/** Returns the call of an approval; its params are those of the API if the log has only their hash. */
function callOf(
  nodeRunId: string,
  call: CallToApprove | undefined,
  known: Approval | null,
): Pick<ShownApproval, 'call'> {
  if (call === undefined) return {}
  const { params, ...rest } = call
  return {
    call: {
      nodeRunId,
      ...rest,
      params: params.inline ?? known?.call?.params ?? {},
      schema: known?.call?.schema ?? true,
    },
  }
}
