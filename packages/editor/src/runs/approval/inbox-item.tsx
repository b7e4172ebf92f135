import type { Approval } from '@tenon/core/client'
import { isJsonObject } from '@tenon/core/document'
import { useInstance } from '../../instance/instance-context.ts'
import { formatDue } from '../format/due.ts'
import { formatAgo } from '../format/instant.ts'
import { wordsOf } from '../json/json-model.ts'
import { progressOf } from './approval-words.ts'

export interface InboxItemProps {
  readonly approval: Approval
  readonly isChosen: boolean
  /** Present time, in ms since the epoch. */
  readonly now: number
  readonly onChoose: (approvalId: string) => void
}

/** Item of the inbox: the question, the workflow and the due date of an approval. */
export function InboxItem({ approval, isChosen, now, onChoose }: InboxItemProps) {
  const { t, locale } = useInstance()
  const due = approval.dueAt === null ? null : Date.parse(approval.dueAt)
  const state = [
    due === null
      ? t('runs.inbox.asked', { ago: formatAgo(Date.parse(approval.openedAt), now, locale) })
      : formatDue(due, now, t, locale),
    progressOf(approval, t),
  ]
  return (
    <li>
      <button
        type="button"
        className="tn-inbox-item"
        aria-current={isChosen || undefined}
        onClick={() => onChoose(approval.approvalId)}
      >
        <b className="tn-strong" dir="auto">
          {approval.title}
        </b>
        <span className="tn-muted tn-truncate">
          {[approval.workflowName, subjectOf(approval)].filter((part) => part !== '').join(' · ')}
        </span>
        <span className="tn-muted" data-overdue={(due !== null && due < now) || undefined}>
          {state.filter((part) => part !== '').join(' · ')}
        </span>
      </button>
    </li>
  )
}

/** Returns the first plain field of the evidence, usually the id of the subject. */
function subjectOf({ evidence }: Approval): string {
  if (!isJsonObject(evidence)) return typeof evidence === 'string' ? evidence : ''
  const first = Object.values(evidence).find((value) => typeof value === 'string' || typeof value === 'number')
  return first === undefined ? '' : wordsOf(first)
}
