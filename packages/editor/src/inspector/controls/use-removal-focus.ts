import { useEffect, useRef } from 'react'

const LISTS = '.tn-schema, .tn-pairs, .tn-list, .tn-cases'

/**
 * Moves the focus when a row is removed with its button: to the same button of the next row, of the last row, or to the
 * button that adds one. The buttons have `data-remove-row` and `data-add-row`.
 *
 * @param count - Number of rows.
 * @returns A function to call with the button of a row when it is pressed, before the row is removed.
 */
export function useRemovalFocus(count: number): (button: HTMLElement) => void {
  const removed = useRef<{ readonly list: Element; readonly index: number; readonly count: number } | null>(null)
  useEffect(() => {
    const last = removed.current
    if (last === null || count >= last.count) return
    removed.current = null
    const buttons = buttonsOf(last.list, '[data-remove-row]')
    const target = buttons[Math.min(last.index, buttons.length - 1)] ?? buttonsOf(last.list, '[data-add-row]')[0]
    target?.focus()
  }, [count])
  return (button) => {
    const list = button.closest(LISTS)
    const index = list === null ? -1 : buttonsOf(list, '[data-remove-row]').indexOf(button)
    removed.current = list === null || index < 0 ? null : { list, index, count }
  }
}

/** Returns the buttons of a list, without those of lists in its rows. */
function buttonsOf(list: Element, selector: string): readonly HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(selector)].filter((button) => button.closest(LISTS) === list)
}
