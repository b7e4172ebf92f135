import { useTranslate } from '../../instance/instance-context.ts'
import { Icon } from '../../ui/icon.tsx'
import { useRunApprovals } from '../approval/use-run-approvals.ts'
import { calledName } from '../format/node-run-name.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { useRunSnapshot } from '../store/use-run.ts'
import { NodeRunLine } from './node-run-line.tsx'

interface OpenApprovalsProps {
  readonly scope: RunScope
  readonly onSelectNode: (nodeId: string) => void
  /** Opens the list of approvals on a page of the host; without it, there is no link to it. */
  readonly onOpenApprovals: (() => void) | undefined
}

/** Most approvals with a line of their own: a loop may wait for hundreds of decisions. */
const MAX_LINES = 3

/** Line for each open approval of a run, with the way to decide it, and the number of the others if there are many; empty for a run that waits for none. */
export function OpenApprovals({ scope, onSelectNode, onOpenApprovals }: OpenApprovalsProps) {
  const t = useTranslate()
  const { view } = useRunSnapshot(scope.store)
  const { approvals } = useRunApprovals(scope)
  const open = approvals.filter(({ status }) => status === 'open')
  const shown = open.slice(0, MAX_LINES)
  const others = open.length - shown.length
  return (
    <div role="status">
      {shown.map(({ nodeRunId, canDecide }, index) => {
        const nodeId = view.nodeRuns.get(nodeRunId)?.nodeId
        if (nodeId === undefined) return null
        return (
          <NodeRunLine
            key={nodeRunId}
            {...{ scope, onSelectNode }}
            nodeRun={{ nodeId, nodeRunId }}
            tone="waiting"
            icon="clock"
            text={t('run.waits', { name: calledName(scope.nodes, view.nodeRuns.get(nodeRunId) ?? nodeRunId, t) })}
            action={t(canDecide ? 'run.decide' : 'run.showQuestion')}
          >
            {onOpenApprovals !== undefined && index === open.length - 1 && (
              <button type="button" className="tn-link" onClick={onOpenApprovals}>
                {t('run.openApprovals')}
              </button>
            )}
          </NodeRunLine>
        )
      })}
      {others > 0 && (
        <p className="tn-run-line" data-tone="waiting">
          <Icon name="clock" size={16} />
          <span>{t('run.waitsMore', { count: others })}</span>
          {onOpenApprovals !== undefined && (
            <button type="button" className="tn-link" onClick={onOpenApprovals}>
              {t('run.openApprovals')}
            </button>
          )}
        </p>
      )}
    </div>
  )
}
