import type { Approval, ApprovalVote } from '@tenon/core/client'
import { isoInstant } from '@tenon/core/document'
import type { ApprovalView, CallToApprove, StoredVote } from '@tenon/core/run'

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
    votes: votes.map((vote) => shownVote(vote, known)),
    status: closed ?? 'open',
    openedAt: isoInstant(openedAt),
    dueAt: dueAt === null ? null : isoInstant(dueAt),
    approvers,
    canDecide: known !== null && known.status === 'open' && known.canDecide,
    ...callOf(nodeRunId, waitFor.call, known),
  }
}

/** Returns a vote; its params are those of the API if the log has only their hash. */
function shownVote({ params, ...vote }: StoredVote, known: Approval | null): ApprovalVote {
  if (params === undefined) return vote
  const loaded = known?.votes.find(({ actor }) => actor.userId === vote.actor.userId)
  const shown = params.inline ?? loaded?.params
  return shown === undefined ? { ...vote, isParamsLeftOut: true } : { ...vote, params: shown }
}

/** Returns the call of an approval; its params are those of the API if the log has only their hash. */
function callOf(
  nodeRunId: string,
  call: CallToApprove | undefined,
  known: Approval | null,
): Pick<ShownApproval, 'call'> {
  if (call === undefined) return {}
  const { params, ...rest } = call
  const loaded = known?.call?.isParamsLeftOut === true ? undefined : known?.call?.params
  const shown = params.inline ?? loaded
  return {
    call: {
      nodeRunId,
      ...rest,
      ...(shown === undefined ? { params: null, isParamsLeftOut: true } : { params: shown }),
      schema: known?.call?.schema ?? true,
    },
  }
}
