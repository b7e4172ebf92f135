import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { SearchInput } from './search-input.tsx'
import { useOptions } from './use-options.ts'

interface SearchListProps<Item> {
  /** Label of the search field. */
  readonly label: string
  /** Returns the items that match a text, in the order in which they are shown. Stable between renders. */
  readonly find: (query: string) => readonly Item[]
  readonly onChoose: (item: Item) => void
  /** Label of the list. */
  readonly listLabel: string
  /** Text in place of an empty list. */
  readonly emptyText: string
  readonly keyOf: (item: Item) => string
  /** Renders the content of an option. */
  readonly children: (item: Item) => ReactNode
}

/** Search field, which gets the focus, with a list of results; arrow keys move the active option, Enter chooses it. */
export function SearchList<Item>(props: SearchListProps<Item>) {
  const { label, find, onChoose, listLabel, emptyText, keyOf, children } = props
  const [query, setQuery] = useState('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus({ preventScroll: true }), [])
  const items = useMemo(() => find(query), [find, query])
  const options = useOptions({ items, onChoose })
  return (
    <>
      <SearchInput
        ref={input}
        label={label}
        value={query}
        onChange={(next) => {
          setQuery(next)
          options.reset()
        }}
        onKeyDown={options.onKeyDown}
        list={options.field}
      />
      <div ref={options.listRef} id={options.listId} role="listbox" className="tn-picker-list" aria-label={listLabel}>
        {items.map((item, index) => (
          <div key={keyOf(item)} {...options.option(index)} className="tn-picker-item">
            {children(item)}
          </div>
        ))}
        {items.length === 0 && <p className="tn-picker-empty">{emptyText}</p>}
      </div>
    </>
  )
}
