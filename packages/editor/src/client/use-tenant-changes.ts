import type { Change, TenonClient } from '@tenon/core/client'
import { useEffect, useRef } from 'react'

const GAP_MS = 300

interface TenantChangesOptions {
  readonly client: TenonClient
  /** Checks whether a hint concerns the displayed data. */
  readonly isRelevant: (change: Exclude<Change, { kind: 'ready' }>) => boolean
  /** Loads the displayed data again. Called at once for the first hint of a burst, and once more after it. */
  readonly onChange: (changes: readonly Change[]) => void
  /**
   * Minimum time between two calls for a burst of hints, in milliseconds.
   *
   * @defaultValue 300
   */
  readonly gapMs?: number
}

/** Subscribes to changes in the tenant while mounted. After a lost connection everything counts as changed. */
export function useTenantChanges({ client, isRelevant, onChange, gapMs = GAP_MS }: TenantChangesOptions): void {
  const latest = useRef({ isRelevant, onChange })
  latest.current = { isRelevant, onChange }
  useEffect(() => {
    let waiting: Change[] = []
    let timer: ReturnType<typeof setTimeout> | null = null
    const deliver = () => {
      timer = null
      if (waiting.length === 0) return
      const changes = waiting
      waiting = []
      timer = setTimeout(deliver, gapMs)
      latest.current.onChange(changes)
    }
    const unsubscribe = followTenant(client, (changes) => {
      waiting.push(...changes.filter((change) => change.kind === 'ready' || latest.current.isRelevant(change)))
      if (timer === null) deliver()
    })
    return () => {
      unsubscribe()
      if (timer !== null) clearTimeout(timer)
    }
  }, [client, gapMs])
}

/** Follows changes in the tenant. A custom client of the host that cannot still shows the data that it has loaded. */
export function followTenant(client: TenonClient, listener: (changes: readonly Change[]) => void): () => void {
  try {
    return client.changes.subscribe(listener)
  } catch {
    return () => {}
  }
}
