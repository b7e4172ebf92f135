import { useInstance } from '../../instance/instance-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import type { RunSnapshot, RunStore } from '../store/run-store.ts'
import { useRunSnapshot } from '../store/use-run.ts'
import { loadedWords } from './loaded-words.ts'

/** Checks whether a run has begun of which no event has arrived. */
export function isUnread({ lastSeq, live, stream }: RunSnapshot): boolean {
  return lastSeq === 0 && live.startedAt !== null && stream !== 'closed'
}

/** Says that the log of a run is being read, and how far, in place of a view of its events. */
export function ReadingLog({ store }: { readonly store: RunStore }) {
  const { t, locale } = useInstance()
  const { reading } = useRunSnapshot(store)
  return (
    <div role="status">
      <EmptyState
        icon="clock"
        title={t('runs.log.reading')}
        description={reading === null ? '' : t('runs.log.loading', loadedWords(reading.seq, reading.total, locale))}
      />
    </div>
  )
}
