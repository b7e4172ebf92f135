import type { NodeRunView, RunView } from '@tenon/core/run'
import { useMemo } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { nodeRunName } from '../format/node-run-name.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { itemsOf } from '../store/shown-items.ts'
import { useRunSnapshot } from '../store/use-run.ts'

interface UndoPairProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  /** Shows another node; without it, the names are no links. */
  readonly onSelectNode: ((nodeId: string) => void) | undefined
}

/** Line in the result of a node run: what it undoes, or what undoes it; empty for node runs of no such pair. */
export function UndoPair({ scope, nodeRun, onSelectNode }: UndoPairProps) {
  const t = useTranslate()
  const { store, nodes } = scope
  const { nodeRuns } = useRunSnapshot(store).view
  const other = useMemo(() => otherOf(nodeRuns, nodeRun), [nodeRuns, nodeRun])
  if (other === undefined) return null
  const name = nodeRunName(nodes, other.nodeRunId, t)
  const text =
    nodeRun.undoes === null ? t('runs.undo.by', { how: howUndone(nodeRun, other), name }) : t('runs.undo.of', { name })
  const show = () => {
    store.chooseItems(itemsOf(nodes, other.nodeId, other.nodeRunId))
    onSelectNode?.(other.nodeId)
  }
  return onSelectNode === undefined ? (
    <p dir="auto">{text}</p>
  ) : (
    <p>
      <button type="button" className="tn-text-button" dir="auto" onClick={show}>
        {text}
      </button>
    </p>
  )
}

function otherOf(nodeRuns: RunView['nodeRuns'], { nodeRunId, undoes }: NodeRunView): NodeRunView | undefined {
  if (undoes !== null) return nodeRuns.get(undoes)
  return [...nodeRuns.values()].find((other) => other.undoes === nodeRunId)
}

function howUndone({ status }: NodeRunView, by: NodeRunView): 'undone' | 'open' | 'not' {
  if (status === 'compensated') return 'undone'
  return by.endedAt === null ? 'open' : 'not'
}
