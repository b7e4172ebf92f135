import type { NodeWait, WaitView } from '@tenon/core/run'
import type { Translate } from '../../messages/format.ts'
import { formatMoment } from './instant.ts'

/** Returns what a node run waits for, as a title; `null` for other kinds of waits, which have views of their own. */
export function waitTitle(waitFor: NodeWait, t: Translate, locale: string): string | null {
  switch (waitFor.kind) {
    case 'event':
      return t('runs.wait.event', { name: waitFor.name })
    case 'connection':
      return t('runs.wait.connection', { name: waitFor.name ?? '', named: waitFor.name === null ? 'no' : 'yes' })
    case 'callback':
      return t('runs.wait.callback')
    case 'time':
      return t('runs.wait.time', { time: formatMoment(waitFor.dueAt, locale) })
    default:
      return null
  }
}

/** Returns what a node run waits for in one line, with the key of an event and the time limit. */
export function waitNote(waitFor: WaitView['waitFor'], t: Translate, locale: string): string {
  const parts = [waitTitle(waitFor, t, locale) ?? '']
  if (waitFor.kind === 'event') parts.push(waitFor.key)
  if (waitFor.kind !== 'time' && waitFor.dueAt !== null) {
    parts.push(t('runs.wait.until', { time: formatMoment(waitFor.dueAt, locale) }))
  }
  return parts.join(' · ')
}
