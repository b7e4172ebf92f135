import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'

interface OptionsOf<Item> {
  /** Items of the list, in the order in which they are shown. */
  readonly items: readonly Item[]
  readonly onChoose: (item: Item) => void
  /** @defaultValue true */
  readonly isOpen?: boolean
  /** False while the items are those of an earlier text, so that Enter chooses none. @defaultValue true */
  readonly canChoose?: boolean
}

/**
 * Handles the active option of a list below a text field, which keeps the focus: arrow keys move it and wrap around,
 * Enter chooses it. The active option is scrolled into view.
 *
 * @returns Attributes of the field and of each option, by index; id and ref of the list, whose children are the
 * options; `reset` activates the first option.
 */
export function useOptions<Item>({ items, onChoose, isOpen = true, canChoose = true }: OptionsOf<Item>) {
  const listId = useId()
  const [at, setAt] = useState(0)
  const active = Math.min(at, Math.max(0, items.length - 1))
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setAt((active + step + items.length) % Math.max(1, items.length))
    }
    const item = items[active]
    if (event.key === 'Enter' && isOpen && canChoose && item !== undefined) {
      event.preventDefault()
      onChoose(item)
    }
  }
  return {
    listId,
    listRef: list,
    reset: () => setAt(0),
    onKeyDown,
    field: {
      role: 'combobox',
      'aria-expanded': isOpen,
      'aria-controls': listId,
      'aria-autocomplete': 'list',
      ...(isOpen && items.length > 0 ? { 'aria-activedescendant': `${listId}-${active}` } : {}),
    } as const,
    option: (index: number) =>
      ({
        id: `${listId}-${index}`,
        role: 'option',
        tabIndex: -1,
        'aria-selected': index === active,
        onPointerMove: () => setAt(index),
        // The field keeps the focus, and with it the keys.
        onMouseDown: (event: { preventDefault: () => void }) => event.preventDefault(),
        onClick: () => {
          const item = items[index]
          if (item !== undefined) onChoose(item)
        },
      }) as const,
  }
}
