import type { RunQueue } from '@tenon/core/client'
import type { Translate } from '../../messages/format.ts'

/** Formats why a run waits to start, and its position. */
export function queueText({ reason, position, inProgress, limit, key, priority }: RunQueue, t: Translate): string {
  const values = { position, count: inProgress ?? 0, limit: limit ?? 0, key: key ?? '' }
  const text =
    reason === 'workflow_limit' && key !== null
      ? t('queue.reason.workflow_key', values)
      : t(`queue.reason.${reason}`, values)
  return priority === 'normal' ? text : t(`queue.priority.${priority}`, { text })
}
