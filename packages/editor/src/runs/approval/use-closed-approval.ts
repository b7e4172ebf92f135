import type { Approval, TenonClient } from '@tenon/core/client'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'

interface ClosedApproval {
  /** Closed approval that is shown until the reader selects another one; `null` if none. */
  readonly closed: Approval | null
  readonly show: (approval: Approval | null) => void
}

/**
 * Keeps the displayed approval when it is closed by any user: another card under the pointer could be decided by
 * mistake.
 *
 * @param shown - Selected approval of the open ones.
 */
export function useClosedApproval(
  client: TenonClient,
  shown: Approval | undefined,
  open: readonly Approval[],
): ClosedApproval {
  const [closed, show] = useState<Approval | null>(null)
  const last = useRef<Approval | undefined>(undefined)
  const before = last.current
  const hasGone = before !== undefined && !open.some(({ approvalId }) => approvalId === before.approvalId)
  const gone = hasGone && closed === null ? before : null
  last.current = closed === null ? (gone ?? shown) : undefined
  const [left, setLeft] = useState<Approval | null>(null)
  useEffect(() => {
    if (gone === null) return
    // It cannot be decided until the server has returned its result.
    show({ ...gone, canDecide: false })
    setLeft(gone)
  }, [gone])
  const load = useMemo(() => {
    if (left === null) return null
    return async (abortSignal: AbortSignal) => {
      const { items } = await client.approvals.list({ runId: left.runId, limit: 200 }, { abortSignal })
      return { ended: items.find(({ approvalId }) => approvalId === left.approvalId) }
    }
  }, [client, left])
  const ended = useResource(load).value?.ended
  useEffect(() => {
    if (ended !== undefined) show((now) => (now?.approvalId === ended.approvalId ? ended : now))
  }, [ended])
  return { closed, show }
}
