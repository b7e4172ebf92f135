import type { KeyboardEvent } from 'react'

/**
 * Handles the keys of a tree of runs, as the ARIA practices define them: arrows move, open and close, Home and End go to
 * the ends, Enter opens the run of the item.
 *
 * @param onToggle - Opens or closes the item of a run.
 * @param onOpenRun - Opens a run; `null` without a page for it.
 */
export function moveInTree(
  event: KeyboardEvent<HTMLElement>,
  onToggle: (runId: string, isOpen: boolean) => void,
  onOpenRun: ((runId: string) => void) | null,
): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(ITEM)]
  const item = items.find((each) => each === event.target)
  const runId = item?.dataset.run
  if (item === undefined || runId === undefined) return
  const at = items.indexOf(item)
  const isRightToLeft = item.closest('[dir="rtl"]') !== null
  const expanded = item.getAttribute('aria-expanded')
  switch (event.key) {
    case 'ArrowDown':
      items[at + 1]?.focus()
      break
    case 'ArrowUp':
      items[at - 1]?.focus()
      break
    case 'Home':
      items[0]?.focus()
      break
    case 'End':
      items.at(-1)?.focus()
      break
    case isRightToLeft ? 'ArrowLeft' : 'ArrowRight':
      if (expanded === 'false') onToggle(runId, true)
      else item.querySelector<HTMLElement>(ITEM)?.focus()
      break
    case isRightToLeft ? 'ArrowRight' : 'ArrowLeft':
      if (expanded === 'true') onToggle(runId, false)
      else item.parentElement?.closest<HTMLElement>(ITEM)?.focus()
      break
    case 'Enter':
      onOpenRun?.(runId)
      break
    default:
      return
  }
  event.preventDefault()
}

const ITEM = '[role="treeitem"]'
