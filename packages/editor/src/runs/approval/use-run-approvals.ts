import type { Approval } from '@tenon/core/client'
import type { JsonObject } from '@tenon/core/document'
import { useCallback, useState } from 'react'
import { useResource } from '../../client/use-resource.ts'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { approvalOfView, type ShownApproval } from './approval-of-view.ts'
import { decisionOf } from './approval-words.ts'

export interface RunApprovals {
  /** Approvals of the run at the selected moment, oldest first. */
  readonly approvals: readonly (ShownApproval & { readonly nodeRunId: string })[]
  readonly decide: (approvalId: string, choice: string, comment: string, params?: JsonObject) => Promise<void>
}

const NOTHING: ReadonlySet<string> = new Set()
const selectApprovals = (snapshot: RunSnapshot) => snapshot.view.approvals
/**
 * Returns a key that changes with each approval that opens or closes, and with each vote; the permissions are loaded
 * again then.
 */
const selectKey = (snapshot: RunSnapshot) =>
  [...snapshot.live.approvals.values()]
    .map((view) => `${view.waitId}:${view.votes.length}:${view.closed ?? 'open'}`)
    .join(' ')

/** Returns the approvals of a run with the permission of the reader to decide them. */
export function useRunApprovals(scope: RunScope): RunApprovals {
  const { client, runId, store, run } = scope
  const views = useRunPart(store, selectApprovals)
  const key = useRunPart(store, selectKey)
  const hasOpen = key.includes(':open')
  const load = useCallback(
    async (abortSignal: AbortSignal): Promise<{ readonly key: string; readonly items: readonly Approval[] }> => {
      const page = await client.approvals.list({ runId, limit: 200 }, { abortSignal })
      return { key, items: page.items }
    },
    [client, runId, key],
  )
  const { value, refresh } = useResource(hasOpen ? load : null)
  const [voted, setVoted] = useState<ReadonlySet<string>>(NOTHING)
  const shown = [...views.values()].map((view) => {
    const approval = approvalOfView(
      view,
      { runId, workflowName: run.value?.workflowName ?? '' },
      value?.items.find((item) => item.waitId === view.waitId) ?? null,
    )
    // The vote arrives with the run log a moment later.
    const canDecide = approval.canDecide && !voted.has(approval.approvalId)
    return { ...approval, canDecide, nodeRunId: view.nodeRunId as string }
  })
  const decide = useCallback(
    async (approvalId: string, choice: string, comment: string, params?: JsonObject) => {
      try {
        await client.approvals.decide(approvalId, decisionOf(choice, comment, params))
        setVoted((before) => new Set([...before, approvalId]))
      } finally {
        refresh()
      }
    },
    [client, refresh],
  )
  return { approvals: shown, decide }
}
