import type { NodeManifestEntry } from '@tenon/core/node'
import { type KeyboardEvent, type RefObject, useId, useMemo, useState } from 'react'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { useShortcut } from '../contexts/shortcut-label.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { placementAtSelection } from '../layout/placement.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { IconTile } from '../ui/icon-tile.tsx'
import { SearchInput } from '../ui/search-input.tsx'
import { groupEntries, searchEntries } from './search-entries.ts'
import { usePaletteDrag } from './use-palette-drag.tsx'

interface PaletteProps {
  readonly canvas: CanvasSlot
  readonly searchRef: RefObject<HTMLInputElement | null>
}

/** Palette of the node types of the server: search, drag to the canvas, or add by keyboard. */
export function Palette({ canvas, searchRef }: PaletteProps) {
  const t = useTranslate()
  const { store, dispatch } = useSession()
  const entries = useEditorStore((state) => state.manifest.latest)
  const shortcut = useShortcut('quick-add')
  const [query, setQuery] = useState('')
  const found = useMemo(() => searchEntries(entries, query), [entries, query])
  const { begin, ghost } = usePaletteDrag(canvas)
  const add = (entry: NodeManifestEntry) => {
    const placement = placementAtSelection(store.getState(), canvas.current, entry)
    const result = dispatch({ type: 'add-node', nodeType: entry.type, placement })
    const [added] = result.ok ? result.selected : []
    if (added !== undefined) canvas.current?.revealIfHidden(added)
  }
  return (
    <aside className="tn-palette" aria-label={t('palette.label')}>
      <SearchInput
        ref={searchRef}
        label={t('palette.search')}
        value={query}
        onChange={setQuery}
        {...(shortcut === undefined ? {} : { shortcut })}
        onKeyDown={(event) => {
          const [first] = found
          if (event.key === 'Enter' && first !== undefined) add(first)
          if (event.key === 'ArrowDown') focusItem(event, 'first')
        }}
      />
      <div className="tn-palette-list">
        {query !== '' && found.length === 0 && (
          <EmptyState icon="search" title={t('palette.nothing')} description={t('palette.nothingText', { query })} />
        )}
        {query !== '' && found.length > 0 && (
          <PaletteGroup
            title={t('palette.found', { count: found.length })}
            entries={found}
            onAdd={add}
            onDrag={begin}
          />
        )}
        {query === '' &&
          groupEntries(found).map((group) => (
            <PaletteGroup
              key={group.category}
              title={t(`category.${group.category}`)}
              entries={group.entries}
              onAdd={add}
              onDrag={begin}
            />
          ))}
      </div>
      {ghost}
    </aside>
  )
}

interface PaletteGroupProps {
  readonly title: string
  readonly entries: readonly NodeManifestEntry[]
  readonly onAdd: (entry: NodeManifestEntry) => void
  readonly onDrag: ReturnType<typeof usePaletteDrag>['begin']
}

function PaletteGroup({ title, entries, onAdd, onDrag }: PaletteGroupProps) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="tn-palette-heading">
        {title}
      </h2>
      {entries.map((entry) => (
        <button
          key={entry.type}
          type="button"
          className="tn-palette-item"
          data-palette-item={entry.type}
          onPointerDown={(event) => onDrag(event, entry)}
          onClick={(event) => {
            if (event.detail === 0 || event.currentTarget.dataset.dragged === undefined) onAdd(entry)
            delete event.currentTarget.dataset.dragged
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') focusItem(event, 'next')
            if (event.key === 'ArrowUp') focusItem(event, 'previous')
          }}
        >
          <IconTile path={entry.icon} category={entry.category} />
          <span className="tn-palette-text" dir="auto">
            {entry.title}
            <small>{entry.description}</small>
          </span>
        </button>
      ))}
    </section>
  )
}

function focusItem(event: KeyboardEvent<HTMLElement>, where: 'first' | 'next' | 'previous'): void {
  const items = [...(event.currentTarget.closest('.tn-palette')?.querySelectorAll('[data-palette-item]') ?? [])]
  const at = items.indexOf(event.currentTarget)
  const wanted = where === 'first' ? items[0] : items[at + (where === 'next' ? 1 : -1)]
  if (!(wanted instanceof HTMLElement)) return
  event.preventDefault()
  wanted.focus()
}
