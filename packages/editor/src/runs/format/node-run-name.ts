import { type NodeRunId, type NodeRunView, nodeIdOf } from '@tenon/core/run'
import type { Translate } from '../../messages/format.ts'
import type { NodeDirectory } from '../store/node-directory.ts'
import { itemPath, loopsOf } from '../store/shown-items.ts'

/**
 * Returns the name of a node with the items and rounds of the loops around it: "Item 3 · Charge", "Item 3.1 · Charge",
 * "Item 3 · Round 2 · Charge". A node that runs the nodes inside it once adds no number.
 */
export function nodeRunName(nodes: NodeDirectory, nodeRunId: NodeRunId, t: Translate): string {
  const { name } = nodes.get(nodeIdOf(nodeRunId))
  const groups: { readonly kind: string; number: string }[] = []
  for (const { kind, number } of levelsOf(nodes, nodeRunId)) {
    const last = groups.at(-1)
    if (last?.kind === kind) last.number += `.${number}`
    else groups.push({ kind, number: `${number}` })
  }
  return groups.reduceRight((text, { kind, number }) => t('runs.loop.nodeRun', { kind, number, name: text }), name)
}

/** Returns the name of a node run, of a called one with the title of its call: "Item 3 · Agent · Search". */
export function calledName(nodes: NodeDirectory, of: NodeRunView | NodeRunId, t: Translate): string {
  if (typeof of === 'string') return nodeRunName(nodes, of, t)
  const name = nodeRunName(nodes, of.nodeRunId, t)
  return of.call === null ? name : t('runs.calls.name', { name, title: of.call.title })
}

/** Returns the name below that of its loop, where the number is clear: "3 · Charge". */
export function shortNodeRunName(nodes: NodeDirectory, nodeRunId: NodeRunId, t: Translate): string {
  const { name } = nodes.get(nodeIdOf(nodeRunId))
  const number = levelsOf(nodes, nodeRunId)
    .map((level) => level.number)
    .join('.')
  return number === '' ? name : t('runs.loop.nodeRunShort', { number, name })
}

/** Returns the loops around a node run that count, the outermost first; the numbers begin at 1. */
function levelsOf(nodes: NodeDirectory, nodeRunId: NodeRunId) {
  const loops = loopsOf(nodes, nodeIdOf(nodeRunId))
  return itemPath(nodeRunId).flatMap((index, depth) => {
    const loopId = loops[depth]
    // Without the document of the run, the loop of a node is not known.
    const kind = (loopId === undefined ? null : nodes.get(loopId).loop) ?? 'list'
    return kind === 'once' ? [] : [{ kind, number: index + 1 }]
  })
}
