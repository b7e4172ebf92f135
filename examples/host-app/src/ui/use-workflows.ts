import type { TenonClient, Workflow } from '@tenon/core/client'
import { useCallback, useEffect, useState } from 'react'

const RETRY_MS = 5_000

/** The tenant's workflows as far as they were loaded, and what people do to them. */
interface Workflows {
  /** `null` until they are loaded. */
  readonly items: readonly Workflow[] | null
  /** True while all workflows of the tenant are paused. */
  readonly areAllPaused: boolean
  readonly failure: string | null
  readonly hasMore: boolean
  readonly loadMore: () => void
  readonly reload: () => void
}

/** Lists workflows, last changed first, and follows what others do to them. Loads again after a failure. */
export function useWorkflows(client: TenonClient): Workflows {
  const [limit, setLimit] = useState(50)
  const [round, setRound] = useState(0)
  const [items, setItems] = useState<readonly Workflow[] | null>(null)
  const [areAllPaused, setAreAllPaused] = useState(false)
  const [hasMore, setHasMore] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const reload = useCallback(() => setRound((count) => count + 1), [])
  useEffect(() => {
    const abort = new AbortController()
    const { signal: abortSignal } = abort
    let timer: ReturnType<typeof setTimeout> | undefined
    Promise.all([client.workflows.list({ limit }, { abortSignal }), client.tenant.get({ abortSignal })]).then(
      ([page, { pause }]) => {
        if (abortSignal.aborted) return
        setItems(page.items)
        setAreAllPaused(pause !== null)
        setHasMore(page.nextCursor !== null && limit < 200)
        setFailure(null)
      },
      (error: unknown) => {
        if (abortSignal.aborted) return
        setFailure(messageOf(error))
        timer = setTimeout(reload, RETRY_MS)
      },
    )
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [client, limit, round, reload])
  // Others create, rename, publish and delete workflows while the list is open.
  useEffect(
    () =>
      client.changes.subscribe((changes) => {
        if (changes.some(({ kind }) => kind !== 'run' && kind !== 'approval')) reload()
      }),
    [client, reload],
  )
  return {
    items,
    areAllPaused,
    failure,
    hasMore,
    loadMore: () => setLimit((count) => Math.min(200, count + 50)),
    reload,
  }
}

/** Returns what may be shown of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
