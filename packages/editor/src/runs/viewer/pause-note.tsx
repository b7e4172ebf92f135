import type { PauseView, RunView } from '@tenon/core/run'
import { useInstance } from '../../instance/instance-context.ts'
import type { Translate } from '../../messages/format.ts'
import { formatMoment } from '../format/instant.ts'

/** Formats who paused a run and since when. */
function pauseText({ pausedAt, pausedBy }: PauseView, t: Translate, locale: string): string {
  const time = formatMoment(pausedAt, locale)
  return pausedBy === null
    ? t('runs.pause.since', { time })
    : t('runs.pause.by', { person: pausedBy.displayName, time })
}

/** Note of a paused run: who paused it, since when, and how many nodes are still running. */
export function PauseNote({ view }: { readonly view: RunView }) {
  const { t, locale } = useInstance()
  const pause = view.pauses.at(-1)
  if (view.status !== 'paused' || pause === undefined) return null
  const count = [...view.nodeRuns.values()].filter(({ status }) => status === 'running').length
  const since = pauseText(pause, t, locale)
  const text = count === 0 ? since : `${since} · ${t('runs.pause.finishing', { count })}`
  return (
    <span className="tn-run-pause" dir="auto" title={text}>
      {text}
    </span>
  )
}
