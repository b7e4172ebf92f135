import type { LedgerEntry } from '@tenon/core/client'
import { isJsonObject, type Json } from '@tenon/core/document'
import { type NodeRunView, nodeRunIdOf } from '@tenon/core/run'
import { useCallback } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { ValueView } from '../inspector/value-view.tsx'
import type { RunScope } from '../store/run-scope.tsx'
import { itemPath, loopsOf } from '../store/shown-items.ts'

interface LoopItemProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  /** Last event that the data must include. */
  readonly seq: number
}

/** Shows the item of the innermost loop in which a node ran; empty for a node outside of loops. */
export function LoopItem({ scope, nodeRun, seq }: LoopItemProps) {
  const t = useTranslate()
  const path = itemPath(nodeRun.nodeRunId)
  const index = path.at(-1)
  const loopId = loopsOf(scope.nodes, nodeRun.nodeId).at(-1)
  const pick = useCallback(({ input }: LedgerEntry): Json => itemAt(input, index ?? 0), [index])
  if (index === undefined || loopId === undefined) return null
  return (
    <ValueView
      scope={scope}
      nodeRunId={nodeRunIdOf(loopId, path.slice(0, -1))}
      title={t('runs.loop.itemTitle', { number: index + 1 })}
      value={null}
      pick={pick}
      seq={seq}
      emptyText={t('runs.loop.itemEmpty')}
    />
  )
}

/** Returns an item of the list that a loop got as its input. */
function itemAt(input: Json, index: number): Json {
  const items = isJsonObject(input) ? input.items : undefined
  return Array.isArray(items) ? (items[index] ?? null) : null
}
