import type { JsonObject } from '@tenon/core/document'
import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import type { InstanceProps } from '../../shell/instance-root.tsx'
import { Avatar } from '../../ui/avatar.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { describeError } from '../../ui/error-state.tsx'
import { Field } from '../../ui/field.tsx'
import { LaterPart } from '../../ui/later-part.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TextArea } from '../../ui/text-input.tsx'
import { formatDue } from '../format/due.ts'
import { formatAgo } from '../format/instant.ts'
import type { ShownApproval } from './approval-of-view.ts'
import { choiceLabel, progressOf, whoDecides } from './approval-words.ts'
import { Evidence } from './evidence.tsx'

/** Props of one approval with the buttons to decide it. */
export interface ApprovalCardProps extends InstanceProps {
  /** Approval to show, with the permission of the reader to decide it. */
  readonly approval: ShownApproval
  /**
   * Sends the decision; the card shows a failure with a button to try again. `params` are those that the reader has given
   * instead of those of the call to approve.
   */
  readonly onDecide: (choice: string, comment: string, params?: JsonObject) => Promise<unknown>
  /** Opens the run that waits for the approval. Without it, the card has no button for that. */
  readonly onOpenRun?: (runId: string) => void
  /** Present time for relative times, in ms since the epoch. @defaultValue now */
  readonly now?: number
}

/** Card of an approval with its evidence and the buttons to decide it. */
export function ApprovalCard({ approval, onDecide, onOpenRun, now, ...instance }: ApprovalCardProps) {
  return (
    <EnsureInstance {...instance}>
      <Card
        key={approval.approvalId}
        approval={approval}
        onDecide={onDecide}
        now={now ?? Date.now()}
        {...(onOpenRun === undefined ? {} : { onOpenRun })}
      />
    </EnsureInstance>
  )
}

// Most approvals are those of nodes, so the arguments of calls are loaded with the first one that has any.
const loadArguments = () => import('../called/call-arguments.tsx')

type CardProps = Required<Pick<ApprovalCardProps, 'approval' | 'onDecide' | 'now'>> &
  Pick<ApprovalCardProps, 'onOpenRun'>

function Card({ approval, onDecide, onOpenRun, now }: CardProps) {
  const { t, locale } = useInstance()
  const { announce } = useAnnouncer()
  const [comment, setComment] = useState('')
  const [edited, setEdited] = useState<JsonObject | null>(null)
  const [sending, setSending] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const isOpen = approval.status === 'open'
  const { call } = approval
  const decide = async (choice: string) => {
    setSending(choice)
    setError(null)
    try {
      if (edited === null || choice !== 'approve') await onDecide(choice, comment.trim())
      else await onDecide(choice, comment.trim(), edited)
      announce(t('runs.approval.decided', { choice: choiceLabel(choice, t) }))
    } catch (thrown) {
      setError(thrown)
    } finally {
      setSending(null)
    }
  }
  const failure = error === null ? null : describeError(error, t)
  const progress = progressOf(approval, t)
  const asked = t('runs.approval.asked', {
    workflow: approval.workflowName,
    ago: formatAgo(Date.parse(approval.openedAt), now, locale),
    who: whoDecides(approval.approvers, t),
  })
  return (
    <article className="tn-approval" aria-label={approval.title} data-status={approval.status}>
      <header className="tn-approval-head">
        <h2 className="tn-approval-title" dir="auto">
          {approval.title}
        </h2>
        {isOpen ? (
          approval.dueAt !== null && (
            <Badge tone={Date.parse(approval.dueAt) < now ? 'failed' : 'waiting'}>
              {formatDue(Date.parse(approval.dueAt), now, t, locale)}
            </Badge>
          )
        ) : (
          <Badge>{t(`runs.approval.status.${approval.status}`)}</Badge>
        )}
        <p className="tn-muted">{asked}</p>
      </header>
      {approval.message !== '' && (
        <p className="tn-approval-message" dir="auto">
          {approval.message}
        </p>
      )}
      <Evidence value={approval.evidence} />
      {call !== undefined && (
        <LaterPart load={loadArguments} waiting={(trouble) => trouble ?? <Skeleton lines={3} height={16} />}>
          {({ CallArgumentsPart }) => (
            <CallArgumentsPart
              call={call}
              votes={approval.votes}
              canDecide={isOpen && approval.canDecide}
              edited={edited}
              onEdit={setEdited}
            />
          )}
        </LaterPart>
      )}
      <VoteList approval={approval} now={now} />
      {approval.status === 'timeout' && <Callout tone="neutral" title={t('runs.approval.timedOut')} />}
      {approval.status === 'canceled' && <Callout tone="neutral" title={t('runs.approval.canceledWhy')} />}
      {isOpen && approval.canDecide && (
        <Field label={t('runs.approval.comment')} hint={t('runs.approval.commentHint')}>
          <TextArea
            value={comment}
            onChange={setComment}
            rows={2}
            maxLength={2_000}
            placeholder={t('runs.approval.commentPlaceholder')}
          />
        </Field>
      )}
      {isOpen && !approval.canDecide && (
        <p className="tn-muted">{t('runs.approval.notYou', { who: whoDecides(approval.approvers, t) })}</p>
      )}
      {failure !== null && (
        <div role="alert">
          <Callout tone="failed" title={failure.why === '' ? t('runs.approval.sendFailed') : failure.why}>
            {failure.remedy === '' ? undefined : failure.remedy}
          </Callout>
        </div>
      )}
      <footer className="tn-approval-foot">
        {isOpen && progress !== '' && <span className="tn-muted">{progress}</span>}
        {onOpenRun !== undefined && (
          <Button onClick={() => onOpenRun(approval.runId)}>{t('runs.approval.openRun')}</Button>
        )}
        {isOpen && approval.canDecide && (
          <DecisionButtons approval={approval} sending={sending} onDecide={(choice) => void decide(choice)} />
        )}
      </footer>
    </article>
  )
}

interface DecisionButtonsProps {
  readonly approval: ShownApproval
  readonly sending: string | null
  readonly onDecide: (choice: string) => void
}

/** Renders the choices as buttons; the first choice is the primary button and the last in the row. */
function DecisionButtons({ approval, sending, onDecide }: DecisionButtonsProps) {
  const { t } = useInstance()
  const [first, ...others] = approval.choices
  return (
    <>
      {others.map((choice) => (
        <Button
          key={choice}
          variant={choice === 'reject' ? 'danger' : 'plain'}
          busy={sending === choice}
          disabled={sending !== null && sending !== choice}
          onClick={() => onDecide(choice)}
        >
          {choiceLabel(choice, t)}
        </Button>
      ))}
      {first !== undefined && (
        <Button
          variant="primary"
          busy={sending === first}
          disabled={sending !== null && sending !== first}
          onClick={() => onDecide(first)}
        >
          {choiceLabel(first, t)}
        </Button>
      )}
    </>
  )
}

/** List of votes: person, choice, time and comment. */
function VoteList({ approval, now }: { readonly approval: ShownApproval; readonly now: number }) {
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
