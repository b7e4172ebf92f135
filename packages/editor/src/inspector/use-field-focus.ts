import type { NodeId } from '@tenon/core/document'
import { useEffect, useState } from 'react'
import { NODE_NAME } from '../problems/open-problem.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'

const FOCUSABLE = 'input, select, textarea, button, [contenteditable="true"], [tabindex="0"], h2[tabindex]'
/** The control of a row with several that has to be corrected. */
const INVALID = '[data-unreadable], [aria-invalid="true"]'
/** Most attempts to find the field, since code fields are loaded on demand. */
const TRIES = 20
const TRY_MS = 50

/** Focuses the requested field of a node, or of the workflow, once it is mounted. Returns the ref for the panel. */
export function useFieldFocus(nodeId: NodeId | null): (element: HTMLElement | null) => void {
  const { store } = useSession()
  const wish = useEditorStore((state) => state.fieldFocus)
  const [panel, setPanel] = useState<HTMLElement | null>(null)
  useEffect(() => {
    if (wish === null || wish.nodeId !== nodeId || panel === null) return
    let left = TRIES
    let timer: ReturnType<typeof setTimeout> | undefined
    const attempt = () => {
      const found = fieldIn(panel, wish.path)
      left -= 1
      if (found === null && left > 0) {
        timer = setTimeout(attempt, TRY_MS)
        return
      }
      // A fix may have removed the field, and the focused button with it.
      const target = found ?? fieldIn(panel, NODE_NAME)
      target?.scrollIntoView({ block: 'center' })
      target?.focus({ preventScroll: true })
      store.setState({ fieldFocus: null })
    }
    attempt()
    return () => clearTimeout(timer)
  }, [wish, nodeId, panel, store])
  return setPanel
}

// Row of the whole path, else of the nearest ancestor.
function fieldIn(panel: HTMLElement, path: readonly (string | number)[]): HTMLElement | null {
  for (let length = path.length; length > 0; length -= 1) {
    const key = path.slice(0, length).join('.')
    for (const row of panel.querySelectorAll<HTMLElement>('[data-param]')) {
      if (row.dataset.param !== key) continue
      const target = row.querySelector(INVALID) ?? row.querySelector(FOCUSABLE)
      if (target instanceof HTMLElement) return target
    }
  }
  return null
}
