import type { NodeManifestEntry } from '@tenon/core/node'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { IconTile } from '../ui/icon-tile.tsx'
import { SearchInput } from '../ui/search-input.tsx'
import { searchEntries } from './search-entries.ts'

interface NodePickerProps {
  readonly entries: readonly NodeManifestEntry[]
  readonly onPick: (entry: NodeManifestEntry) => void
}

/** List of node types with a search field; arrow keys move the selection, Enter chooses. */
export function NodePicker({ entries, onPick }: NodePickerProps) {
  const t = useTranslate()
  const listId = useId()
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const found = useMemo(() => searchEntries(entries, query), [entries, query])
  const at = Math.min(active, Math.max(0, found.length - 1))
  useEffect(() => input.current?.focus({ preventScroll: true }), [])
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <div className="tn-picker">
      <SearchInput
        ref={input}
        label={t('palette.search')}
        value={query}
        onChange={(next) => {
          setQuery(next)
          setActive(0)
        }}
        onKeyDown={(event) => {
          const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
          if (step !== 0) {
            event.preventDefault()
            setActive((at + step + found.length) % Math.max(1, found.length))
          }
          const chosen = found[at]
          if (event.key === 'Enter' && chosen !== undefined) {
            event.preventDefault()
            onPick(chosen)
          }
        }}
      />
      <div ref={list} id={listId} className="tn-picker-list" role="listbox" aria-label={t('palette.label')}>
        {found.map((entry, index) => (
          <div
            key={entry.type}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className="tn-picker-item"
            onPointerMove={() => setActive(index)}
            onClick={() => onPick(entry)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') onPick(entry)
            }}
          >
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
