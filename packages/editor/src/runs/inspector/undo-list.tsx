import type { RunView } from '@tenon/core/run'
import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { nodeRunName } from '../format/node-run-name.ts'
import { displayStatus } from '../store/display-status.ts'
import type { NodeDirectory } from '../store/node-directory.ts'
import { NodeStatusBadge } from './node-badge.tsx'

/** Node runs that the list adds at once. */
const PAGE = 100

interface UndoListProps {
  readonly view: RunView
  readonly nodes: NodeDirectory
  readonly onSelectNode: (nodeId: string) => void
}

/** List of the node runs that undo what a run has done, the first one first; nothing for other runs. */
export function UndoList({ view, nodes, onSelectNode }: UndoListProps) {
  const { t } = useInstance()
  const { compensation } = view
  const [limit, setLimit] = useState(PAGE)
  if (compensation === null) return null
  const undoing = [...view.nodeRuns.values()].filter(({ undoes }) => undoes !== null)
  const hidden = undoing.length - limit
  const { undone, count, skippedBy } = compensation
  return (
    <section className="tn-undo-list" aria-label={t('runs.undo.title')}>
      <h3 className="tn-undo-title">{t('runs.undo.title')}</h3>
      <p className="tn-muted">{t('runs.undo.result', { undone, count })}</p>
      {skippedBy !== null && <p className="tn-muted">{t('runs.undo.endedBy', { person: skippedBy.displayName })}</p>}
      <ol>
        {undoing.slice(0, limit).map((nodeRun) => (
          <li key={nodeRun.nodeRunId}>
            <button type="button" className="tn-text-button" onClick={() => onSelectNode(nodeRun.nodeId)}>
              {t('runs.undo.step', {
                name: nodeRunName(nodes, nodeRun.nodeRunId, t),
                undone: nodeRunName(nodes, nodeRun.undoes ?? '', t),
              })}
            </button>
            <NodeStatusBadge status={displayStatus(nodeRun)} />
          </li>
        ))}
      </ol>
      {hidden > 0 && (
        <button type="button" className="tn-text-button" onClick={() => setLimit(limit + PAGE)}>
          {t('runs.json.more', { count: Math.min(hidden, PAGE) })}
        </button>
      )}
    </section>
  )
}
