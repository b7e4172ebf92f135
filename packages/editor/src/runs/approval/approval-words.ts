import type { ApprovalVote, DecideApproval } from '@tenon/core/client'
import { type JsonObject, jsonEqual } from '@tenon/core/document'
import type { Approvers } from '@tenon/core/node'
import type { Translate } from '../../messages/format.ts'
import type { ShownApproval } from './approval-of-view.ts'

/** Formats the approvers: "any admin or editor", "any viewer or 2 named people". */
export function whoDecides(approvers: Approvers, t: Translate): string {
  const roles = approvers.roles ?? []
  const people = approvers.userIds?.length ?? 0
  if (roles.length === 0 && people === 0) return t('runs.approval.anyEditor')
  const parts = [
    ...(roles.length === 0 ? [] : [t('runs.approval.anyRole', { roles: joinOr(roles, t) })]),
    ...(people === 0 ? [] : [t('runs.approval.people', { count: people })]),
  ]
  return joinOr(parts, t)
}

function joinOr(words: readonly string[], t: Translate): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${t('runs.approval.or')} ${last}`
}

/** Formats the votes of the leading choice: "1 of 2 approved"; empty if one vote decides. */
export function progressOf({ votes, required, choices }: ShownApproval, t: Translate): string {
  if (required < 2) return ''
  const counts = choices.map((choice) => {
    const alike = votes
      .filter((vote) => vote.choice === choice)
      .map((vote) => votes.filter((other) => countTogether(vote, other)).length)
    return { choice, count: Math.max(0, ...alike) }
  })
  const leading = counts.reduce((best, entry) => (entry.count > best.count ? entry : best), {
    choice: choices[0] ?? '',
    count: 0,
  })
  return t('runs.approval.progress', { count: leading.count, required, choice: choiceLabel(leading.choice, t) })
}

/** Checks whether two votes are for the same choice with the same params, as far as those are shown. */
function countTogether(a: ApprovalVote, b: ApprovalVote): boolean {
  if (a === b) return true
  const isLeftOut = a.isParamsLeftOut === true || b.isParamsLeftOut === true
  return a.choice === b.choice && !isLeftOut && jsonEqual(a.params ?? null, b.params ?? null)
}

/** Returns the label of a choice. */
export function choiceLabel(choice: string, t: Translate): string {
  if (choice === 'approve') return t('runs.approval.approve')
  if (choice === 'reject') return t('runs.approval.reject')
  const words = choice.replaceAll(/[_-]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Returns the body of a vote: the comment and the params only if there are any. */
export function decisionOf(choice: string, comment: string, params?: JsonObject): DecideApproval {
  return { choice, ...(comment === '' ? {} : { comment }), ...(params === undefined ? {} : { params }) }
}
