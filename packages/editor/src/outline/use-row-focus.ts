import type { NodeId } from '@tenon/core/document'
import { createContext, type FocusEvent, type RefObject, useCallback, useLayoutEffect, useRef } from 'react'
import { activeElementIn, rootOf } from '../instance/browser.ts'
import type { OutlineItem } from './outline-items.ts'

/** Receives the node whose row, or whose menu, gets the focus. */
export const RowFocusContext = createContext<(nodeId: NodeId) => void>(() => {})

interface RowFocus {
  readonly onRowFocus: (nodeId: NodeId) => void
  readonly onBlur: (event: FocusEvent) => void
}

/**
 * Keeps the focus in the outline when the row that has it is removed: the next row gets the focus, else the previous
 * one, else the outline itself. A focus elsewhere is not moved.
 *
 * @param outline - Focusable element with the rows.
 */
export function useRowFocus(outline: RefObject<HTMLElement | null>, items: readonly OutlineItem[]): RowFocus {
  const focused = useRef<NodeId | null>(null)
  const shown = useRef<readonly NodeId[]>([])
  useLayoutEffect(() => {
    const before = shown.current
    const now = new Set(nodesOf(items))
    shown.current = [...now]
    const removed = focused.current
    if (outline.current === null || removed === null || now.has(removed)) return
    focused.current = null
    const active = activeElementIn(rootOf(outline.current))
    if (active !== null && active !== outline.current.ownerDocument.body) return
    const at = before.indexOf(removed)
    const next = [...before.slice(at + 1), ...before.slice(0, at).reverse()].find((id) => now.has(id))
    const rows = outline.current.querySelectorAll<HTMLElement>('[data-row]')
    const row = [...rows].find((candidate) => candidate.dataset.row === next)
    ;(row ?? outline.current).focus()
  }, [outline, items])
  const onRowFocus = useCallback((nodeId: NodeId) => {
    focused.current = nodeId
  }, [])
  return {
    onRowFocus,
    // When the focused element is removed, no other gets the focus. The menu of a row reports its focus after this event.
    onBlur: ({ relatedTarget }) => {
      if (relatedTarget !== null) focused.current = null
    },
  }
}

/** Returns the nodes of the rows, in the order in which they are shown. */
function nodesOf(items: readonly OutlineItem[]): readonly NodeId[] {
  return items.flatMap((item) =>
    item.kind === 'link'
      ? []
      : [item.nodeId, ...nodesOf(item.inside ?? []), ...item.branches.flatMap((branch) => nodesOf(branch.items))],
  )
}
