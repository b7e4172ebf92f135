import type { NodeRunId } from '@tenon/core/run'
import type { Translate } from '../../messages/format.ts'
import { itemPath } from '../store/shown-items.ts'

/** Returns the name of a node with the item of the loops around it: "Item 3 · Charge", "Item 3.1 · Charge". */
export function nodeRunName(name: string, nodeRunId: NodeRunId, t: Translate): string {
  const number = numberOf(nodeRunId)
  return number === '' ? name : t('runs.loop.nodeRun', { number, name })
}

/** Returns the name below that of its loop, where the number is clear: "3 · Charge". */
export function shortNodeRunName(name: string, nodeRunId: NodeRunId, t: Translate): string {
  const number = numberOf(nodeRunId)
  return number === '' ? name : t('runs.loop.nodeRunShort', { number, name })
}

function numberOf(nodeRunId: NodeRunId): string {
  return itemPath(nodeRunId)
    .map((index) => index + 1)
    .join('.')
}
