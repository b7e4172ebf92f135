import type { Approval, TenonClient } from '@tenon/core/client'
import { useEffect, useRef, useState } from 'react'

interface ClosedApproval {
  /** Stays on the card until the reader moves on. */
  readonly closed: Approval | null
  readonly show: (approval: Approval | null) => void
}

/**
 * Keeps the approval that the reader looks at when it leaves the open ones, whoever decided it: another card in its
 * place, under the pointer, could be decided by mistake.
 *
 * @param shown - The approval that is looked at now, of those that are open.
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
    // Until the server has said how it ended, nothing can be decided.
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
