import type { NodeManifestEntry } from '@tenon/core/node'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { IconTile } from '../ui/icon-tile.tsx'
import { SearchInput } from '../ui/search-input.tsx'
import { useOptions } from '../ui/use-options.ts'
import { searchEntries } from './search-entries.ts'

interface NodePickerProps {
  readonly entries: readonly NodeManifestEntry[]
  readonly onPick: (entry: NodeManifestEntry) => void
}

/** List of node types with a search field; arrow keys move the selection, Enter chooses. */
export function NodePicker({ entries, onPick }: NodePickerProps) {
  const t = useTranslate()
  const [query, setQuery] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const found = useMemo(() => searchEntries(entries, query), [entries, query])
  const options = useOptions({ items: found, onChoose: onPick })
  useEffect(() => input.current?.focus({ preventScroll: true }), [])
  return (
    <div className="tn-picker">
      <SearchInput
        ref={input}
        label={t('palette.search')}
        value={query}
        onChange={(next) => {
          setQuery(next)
          options.reset()
        }}
        onKeyDown={options.onKeyDown}
        list={options.field}
      />
      <div
        ref={options.listRef}
        id={options.listId}
        role="listbox"
        className="tn-picker-list"
        aria-label={t('palette.label')}
      >
        {found.map((entry, index) => (
          <div key={entry.type} {...options.option(index)} className="tn-picker-item">
            <IconTile path={entry.icon} category={entry.category} size="s" />
            <span className="tn-palette-text" dir="auto">
              {entry.title}
              <small>{entry.description}</small>
            </span>
          </div>
        ))}
        {found.length === 0 && <p className="tn-picker-empty">{t('palette.nothing')}</p>}
      </div>
    </div>
  )
}
