import { useInstance } from '../../instance/instance-context.ts'
import { ApprovalCard } from '../approval/approval-card.tsx'
import { useRunApprovals } from '../approval/use-run-approvals.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { useRunMoment } from '../store/use-run.ts'
import { useRunToast } from '../store/use-run-toast.ts'

export interface NodeApprovalsProps {
  readonly scope: RunScope
  /** Node run whose approvals are shown; `null` for the open approvals of the whole run. */
  readonly nodeRunId: string | null
}

/** Approvals of a node run, with buttons to decide them. */
export function NodeApprovals({ scope, nodeRunId }: NodeApprovalsProps) {
  const { approvals, decide } = useRunApprovals(scope)
  const { t } = useInstance()
  const showUntil = useRunToast(scope.store)
  const decideHere: typeof decide = async (...decision) => {
    await decide(...decision)
    // A paused run does not continue with the decision, so the card would be the only sign of it.
    showUntil(t('runs.approval.savedWhilePaused'), ({ status }) => status !== 'paused')
  }
  const moment = useRunMoment(scope.store, 10_000)
  const wanted = approvals.filter((approval) =>
    nodeRunId === null ? approval.status === 'open' : approval.nodeRunId === nodeRunId,
  )
  return wanted.map((approval) => (
    <ApprovalCard
      key={approval.approvalId}
      approval={approval}
      now={moment}
      onDecide={(...decision) => decideHere(approval.approvalId, ...decision)}
    />
  ))
}
