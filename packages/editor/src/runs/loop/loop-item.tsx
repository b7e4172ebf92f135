import type { LedgerEntry } from '@tenon/core/client'
import { isJsonObject, type Json } from '@tenon/core/document'
import { type NodeRunId, type NodeRunView, nodeRunIdOf } from '@tenon/core/run'
import { useCallback } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { ValueView } from '../inspector/value-view.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { itemPath, loopsOf } from '../store/shown-items.ts'
import { useMissingInputText } from './missing-input.ts'

interface LoopItemProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  /** Last event that the data must include. */
  readonly seq: number
}

/**
 * Shows the item of the innermost loop over a list in which a node ran, also through loops without a list; empty for a node
 * outside of them.
 */
export function LoopItem({ scope, nodeRun, seq }: LoopItemProps) {
  const { nodes } = scope
  const path = itemPath(nodeRun.nodeRunId)
  const loops = loopsOf(nodes, nodeRun.nodeId)
  const depth = loops.findLastIndex((loopId) => nodes.get(loopId).loop === 'list')
  const [loopId, index] = [loops[depth], path[depth]]
  if (index === undefined || loopId === undefined) return null
  return <ItemView scope={scope} loopRunId={nodeRunIdOf(loopId, path.slice(0, depth))} index={index} seq={seq} />
}

interface ItemViewProps {
  readonly scope: RunScope
  readonly loopRunId: NodeRunId
  readonly index: number
  readonly seq: number
}

function ItemView({ scope, loopRunId, index, seq }: ItemViewProps) {
  const t = useTranslate()
  const pick = useCallback(({ input }: LedgerEntry): Json => itemAt(input, index), [index])
  const emptyText = useMissingInputText(scope, loopRunId, t('runs.loop.itemEmpty'))
  return (
    <ValueView
      scope={scope}
      nodeRunId={loopRunId}
      title={t('runs.loop.itemTitle', { number: index + 1 })}
      value={null}
      pick={pick}
      seq={seq}
      emptyText={emptyText}
    />
  )
}

/** Returns an item of the list that a loop got as its input. */
function itemAt(input: Json, index: number): Json {
  const items = isJsonObject(input) ? input.items : undefined
  return Array.isArray(items) ? (items[index] ?? null) : null
}
