import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'

interface RowDrag {
  /** Drop target: index of the row before which the row would be inserted, or the count of rows for the end. */
  readonly dropAt: number | null
  readonly handlers: (index: number) => {
    readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void
    readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void
    readonly onPointerUp: () => void
    readonly onPointerCancel: () => void
    readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
  }
}

const STEPS: Readonly<Record<string, number>> = Object.freeze({ ArrowUp: -1, ArrowDown: 1 })

/**
 * Moves rows of a list by their grips, by dragging or by the arrow keys. The rows are not moved until the pointer is
 * released, since an element that moves in the document loses the pointer.
 *
 * @param rowSelector - Matches the rows, all of them children of one element, in their order.
 * @param onMove - Called with the old and the new index of the row; by the keys, the new one may be one beyond the list.
 */
export function useRowDrag(rowSelector: string, onMove: (from: number, to: number) => void): RowDrag {
  const dragged = useRef<{ readonly from: number; readonly rows: readonly Element[] } | null>(null)
  const [dropAt, setDropAt] = useState<number | null>(null)
  const stop = () => {
    dragged.current = null
    setDropAt(null)
  }
  return {
    dropAt,
    handlers: (index) => ({
      onPointerDown: (event) => {
        if (event.button !== 0) return
        const row = event.currentTarget.closest(rowSelector)
        event.currentTarget.setPointerCapture?.(event.pointerId)
        dragged.current = { from: index, rows: [...(row?.parentElement?.querySelectorAll(rowSelector) ?? [])] }
      },
      onPointerMove: (event) => {
        if (dragged.current === null) return
        const { rows } = dragged.current
        const below = rows.findIndex((row) => {
          const { top, height } = row.getBoundingClientRect()
          return event.clientY < top + height / 2
        })
        setDropAt(below < 0 ? rows.length : below)
      },
      onPointerUp: () => {
        if (dragged.current !== null && dropAt !== null) {
          const { from } = dragged.current
          const to = dropAt > from ? dropAt - 1 : dropAt
          if (to !== from) onMove(from, to)
        }
        stop()
      },
      onPointerCancel: stop,
      onKeyDown: (event) => {
        const step = STEPS[event.key]
        if (step === undefined) return
        event.preventDefault()
        event.stopPropagation()
        onMove(index, index + step)
      },
    }),
  }
}
