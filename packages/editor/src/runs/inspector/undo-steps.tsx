import type { RunView } from '@tenon/core/run'
import { useInstance } from '../../instance/instance-context.ts'
import { nodeRunName } from '../format/node-run-name.ts'
import { displayStatus } from '../store/display-status.ts'
import type { NodeDirectory } from '../store/node-directory.ts'
import { NodeStatusBadge } from './node-badge.tsx'

/** Most steps that the summary lists; the log has all of them. */
const MAX_STEPS = 100

interface UndoStepsProps {
  readonly view: RunView
  readonly nodes: NodeDirectory
  readonly onSelectNode: (nodeId: string) => void
}

/** The steps with which a run undoes what it has done, the first one first; empty for other runs. */
export function UndoSteps({ view, nodes, onSelectNode }: UndoStepsProps) {
  const { t } = useInstance()
  const { compensation } = view
  if (compensation === null) return null
  const steps = [...view.nodeRuns.values()].filter(({ undoes }) => undoes !== null).slice(0, MAX_STEPS)
  const { undone, count, skippedBy } = compensation
  return (
    <section className="tn-undo-steps" aria-label={t('runs.undo.title')}>
      <h3 className="tn-undo-title">{t('runs.undo.title')}</h3>
      <p className="tn-muted">{t('runs.undo.result', { undone, count })}</p>
      {skippedBy !== null && <p className="tn-muted">{t('runs.undo.endedBy', { person: skippedBy.displayName })}</p>}
      <ol>
        {steps.map((step) => (
          <li key={step.nodeRunId}>
            <button type="button" className="tn-text-button" onClick={() => onSelectNode(step.nodeId)}>
              {t('runs.undo.step', {
                name: nodeRunName(nodes, step.nodeRunId, t),
                undone: nodeRunName(nodes, step.undoes ?? '', t),
              })}
            </button>
            <NodeStatusBadge status={displayStatus(step)} />
          </li>
        ))}
      </ol>
    </section>
  )
}
