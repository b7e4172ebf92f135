import type { Approval, TenonClient } from '@tenon/core/client'
import { useEffect, useRef, useState } from 'react'

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
  useEffect(() => {
    if (gone === null) return
    // It cannot be decided until the server has returned its result.
    show({ ...gone, canDecide: false })
    client.approvals.list({ runId: gone.runId, limit: 200 }).then(
      ({ items }) => {
        const ended = items.find(({ approvalId }) => approvalId === gone.approvalId)
        if (ended !== undefined) show((now) => (now?.approvalId === ended.approvalId ? ended : now))
      },
      () => {},
    )
  }, [client, gone])
  return { closed, show }
}
