import type { TenonClient } from '@tenon/core/client'
import { useCallback, useRef } from 'react'
import { useResource } from '../client/use-resource.ts'
import { useTranslate } from '../instance/instance-context.ts'

interface RunsInProgressProps {
  readonly client: TenonClient
  readonly workflowId: string
}

/** Statuses of runs that a rollout moves or cancels. */
const IN_PROGRESS = ['running', 'waiting', 'paused'] as const
/** Runs of each status that are counted. */
const MOST = 100

/** Says how many runs of a workflow are in progress; nothing until that is known. */
export function RunsInProgress({ client, workflowId }: RunsInProgressProps) {
  const t = useTranslate()
  const latest = useRef(client)
  latest.current = client
  const { value } = useResource(
    useCallback(
      async (abortSignal: AbortSignal) => {
        const list = (status: (typeof IN_PROGRESS)[number]) =>
          latest.current.runs.list({ workflowId, status, topLevel: true, limit: MOST }, { abortSignal })
        const pages = await Promise.all(IN_PROGRESS.map(list))
        const count = pages.reduce((sum, { items }) => sum + items.length, 0)
        return { count, hasMore: pages.some(({ nextCursor }) => nextCursor !== null) }
      },
      [workflowId],
    ),
  )
  if (value === null) return null
  return <>{t(value.hasMore ? 'rollout.inProgress.more' : 'rollout.inProgress', { count: value.count })}</>
}
