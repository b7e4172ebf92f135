import { durationToMs, type Json } from '@tenon/core/document'
import {
  type Approvers,
  implementInlineNode,
  type NodeParams,
  type NodeResult,
  type Resume,
  type Vote,
  type WaitFor,
} from '@tenon/core/node'
import { approval } from './definition.ts'

export const approvalNode = implementInlineNode(approval, (params, { now, resume }) =>
  resume === null ? { suspend: toWait(params, now) } : toResult(resume, now),
)

function toWait(params: NodeParams<typeof approval>, now: number): WaitFor {
  const { title, message, required, timeout } = params
  return {
    kind: 'approval',
    title,
    message,
    choices: ['approve', 'reject'],
    approvers: toApprovers(params.approvers),
    required,
    // Resolved templates contain JSON only; the engine encodes it again for the log.
    evidence: params.evidence as Json,
    dueAt: timeout === undefined ? null : now + durationToMs(timeout),
  }
}

function toApprovers({ roles, userIds }: NodeParams<typeof approval>['approvers']): Approvers {
  return { ...(roles === undefined ? {} : { roles }), ...(userIds === undefined ? {} : { userIds }) }
}

function toResult(resume: Resume, now: number): NodeResult<typeof approval> {
  if (resume.kind !== 'approval') {
    const votes = resume.kind === 'timeout' ? resume.votes : []
    return {
      port: 'timeout',
      output: {
        decision: 'timeout',
        decided_by: null,
        decided_by_id: null,
        comment: null,
        votes: votes.map(toVote),
        decided_at: toIso('firedAt' in resume ? resume.firedAt : now),
      },
    }
  }
  const settling = resume.votes.findLast(({ choice }) => choice === resume.choice)
  // Anything other than an explicit approval counts as a rejection.
  const decision = resume.choice === 'approve' ? 'approve' : 'reject'
  return {
    port: decision,
    output: {
      decision,
      decided_by: settling?.actor.displayName ?? null,
      decided_by_id: settling?.actor.userId ?? null,
      comment: settling?.comment ?? null,
      votes: resume.votes.map(toVote),
      decided_at: toIso(settling?.at ?? now),
    },
  }
}

function toVote({ actor, choice, comment, at, override }: Vote) {
  return {
    user_id: actor.userId,
    display_name: actor.displayName,
    role: actor.role,
    choice,
    comment: comment ?? null,
    at: toIso(at),
    override: override === true,
  }
}

function toIso(instantMs: number): string {
  return new Date(instantMs).toISOString()
}
