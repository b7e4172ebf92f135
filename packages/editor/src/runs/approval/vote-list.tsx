import { useInstance } from '../../instance/instance-context.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Badge } from '../../ui/badge.tsx'
import { formatAgo } from '../format/instant.ts'
import type { ShownApproval } from './approval-of-view.ts'
import { choiceLabel } from './approval-words.ts'

/** List of votes: person, choice, time and comment. */
export function VoteList({ approval, now }: { readonly approval: ShownApproval; readonly now: number }) {
  const { t, locale } = useInstance()
  if (approval.votes.length === 0) return null
  return (
    <ul className="tn-votes" aria-label={t('runs.approval.votes')}>
      {approval.votes.map((vote) => (
        <li key={vote.actor.userId} className="tn-vote">
          <Avatar userId={vote.actor.userId} displayName={vote.actor.displayName} />
          <span className="tn-vote-text">
            <b className="tn-strong">{vote.actor.displayName}</b> {formatAgo(vote.at, now, locale)}
            {vote.override === true && <span className="tn-muted"> {t('runs.approval.override')}</span>}
            {vote.comment !== undefined && vote.comment !== '' && (
              <q className="tn-vote-comment" dir="auto">
                {vote.comment}
              </q>
            )}
          </span>
          <Badge tone={vote.choice === 'approve' ? 'success' : vote.choice === 'reject' ? 'failed' : 'neutral'}>
            {choiceLabel(vote.choice, t)}
          </Badge>
        </li>
      ))}
    </ul>
  )
}
