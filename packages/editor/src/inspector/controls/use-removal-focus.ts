import { useEffect, useRef } from 'react'

const LISTS = '.tn-schema, .tn-pairs, .tn-list, .tn-cases'

/**
 * Moves the focus when a row is removed with its button: to the same button of the next row, of the last row, or to the
 * button that adds one. The buttons have `data-remove-row` and `data-add-row`.
 *
 * @param count - Number of rows.
 * @returns A function to call when the button of the row at `index` is pressed.
 */
export function useRemovalFocus(count: number): (button: HTMLElement, index: number) => void {
  const removed = useRef<{ readonly list: Element; readonly index: number; readonly count: number } | null>(null)
  useEffect(() => {
    const last = removed.current
    if (last === null || count >= last.count) return
    removed.current = null
    const own = (selector: string) =>
      [...last.list.querySelectorAll<HTMLElement>(selector)].filter((button) => button.closest(LISTS) === last.list)
    const buttons = own('[data-remove-row]')
    const target = buttons[Math.min(last.index, buttons.length - 1)] ?? own('[data-add-row]')[0]
    target?.focus()
  }, [count])
  return (button, index) => {
    const list = button.closest(LISTS)
    removed.current = list === null ? null : { list, index, count }
  }
}
