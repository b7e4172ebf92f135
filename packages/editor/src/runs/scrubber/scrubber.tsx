import { isRunOver } from '@tenon/core/run'
import { useMemo } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { loadedWords } from '../log/loaded-words.ts'
import { logLine } from '../log/log-lines.ts'
import type { NodeDirectory } from '../store/node-directory.ts'
import type { RunStore } from '../store/run-store.ts'
import { useRunSnapshot } from '../store/use-run.ts'

export interface ScrubberProps {
  readonly store: RunStore
  readonly nodes: NodeDirectory
}

/** Slider over the events of a run: all views show the run at the selected event. */
export function Scrubber({ store, nodes }: ScrubberProps) {
  const { t, locale } = useInstance()
  const { cursor, lastSeq, live, logSeq } = useRunSnapshot(store)
  const seq = cursor ?? lastSeq
  const entry = store.entries[seq - 1]
  const said = useMemo(() => {
    if (entry === undefined) return ''
    const line = logLine(entry, { nodes, t, locale, nodeRuns: store.snapshot().live.nodeRuns })
    return line.nodeName === '' ? line.text : `${line.nodeName}: ${line.text}`
  }, [store, entry, nodes, t, locale])
  if (lastSeq === 0) return null
  const position = t('runs.scrubber.position', { seq, total: lastSeq })
  const seek = (target: number) => store.seek(target >= lastSeq ? null : target)
  return (
    <div className="tn-scrubber" data-past={cursor !== null || undefined}>
      <IconButton
        size="s"
        className="tn-scrubber-step"
        icon="chevronLeft"
        label={t('runs.scrubber.back')}
        disabled={seq <= 1}
        onClick={() => store.seek(seq - 1)}
      />
      <span className="tn-scrubber-position">{position}</span>
      <input
        type="range"
        className="tn-range"
        min={1}
        max={lastSeq}
        step={1}
        value={seq}
        aria-label={t('runs.scrubber.label')}
        aria-valuetext={`${position}. ${said}`}
        style={{ ['--tn-part' as string]: `${lastSeq <= 1 ? 100 : ((seq - 1) / (lastSeq - 1)) * 100}%` }}
        onChange={(event) => seek(Number(event.target.value))}
      />
      <IconButton
        size="s"
        className="tn-scrubber-step"
        icon="chevronRight"
        label={t('runs.scrubber.forward')}
        disabled={cursor === null}
        onClick={() => seek(seq + 1)}
      />
      <button
        type="button"
        className="tn-scrubber-live"
        data-over={isRunOver(live.status) || undefined}
        aria-pressed={cursor === null}
        onClick={() => store.seek(null)}
      >
        {isRunOver(live.status) ? t('runs.scrubber.end') : t('runs.scrubber.live')}
      </button>
      {cursor !== null && <span className="tn-scrubber-said tn-truncate">{said}</span>}
      {logSeq !== null && (
        <span className="tn-scrubber-said tn-truncate" role="status">
          {t('runs.log.loading', loadedWords(logSeq, lastSeq, locale))}
        </span>
      )}
    </div>
  )
}
