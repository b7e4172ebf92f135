import type { ParkedGroup, TenonClient } from '@tenon/core/client'
import { useEffect, useRef, useState } from 'react'
import { type GroupProgress, type GroupResolution, NO_PROGRESS, resolveGroup } from './resolve-group.ts'

/** A resolution of a whole group, in progress or done. */
export interface GroupWork extends GroupProgress {
  readonly kind: GroupResolution
  /** Number of node runs at its start. */
  readonly total: number
  /** Time at which the newest of them was parked; those that fail again are newer. */
  readonly since: string
  readonly isRunning: boolean
  /** Failure that has stopped it; `null` without one. */
  readonly error: unknown
}

interface GroupResolutionControls {
  /** Last resolution of the group; `null` before. */
  readonly work: GroupWork | null
  readonly start: (kind: GroupResolution) => Promise<void>
  /** Stops before the next request. */
  readonly stop: () => void
}

/** Resolves a group of parked node runs with its progress; stops when the component goes away. */
export function useGroupResolution(
  client: TenonClient,
  group: ParkedGroup,
  onDone: () => void,
): GroupResolutionControls {
  const [work, setWork] = useState<GroupWork | null>(null)
  const abort = useRef<AbortController | null>(null)
  useEffect(() => () => abort.current?.abort(), [])
  const change = (part: Partial<GroupWork>) => setWork((before) => (before === null ? before : { ...before, ...part }))
  const start = async (kind: GroupResolution) => {
    const controller = new AbortController()
    abort.current = controller
    setWork({ ...NO_PROGRESS, kind, total: group.count, since: group.lastSeenAt, isRunning: true, error: null })
    try {
      await resolveGroup({ client, group, kind, onProgress: change, abortSignal: controller.signal })
    } catch (error) {
      change({ error })
    } finally {
      change({ isRunning: false })
      onDone()
    }
  }
  return { work, start, stop: () => abort.current?.abort() }
}
