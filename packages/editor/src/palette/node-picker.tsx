import type { NodeManifestEntry } from '@tenon/core/node'
import { useCallback } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { IconTile } from '../ui/icon-tile.tsx'
import { SearchList } from '../ui/search-list.tsx'
import { searchEntries } from './search-entries.ts'

interface NodePickerProps {
  readonly entries: readonly NodeManifestEntry[]
  readonly onPick: (entry: NodeManifestEntry) => void
}

/** List of node types with a search field; arrow keys move the selection, Enter chooses. */
export function NodePicker({ entries, onPick }: NodePickerProps) {
  const t = useTranslate()
  const find = useCallback((query: string) => searchEntries(entries, query), [entries])
  return (
    <div className="tn-picker">
      <SearchList
        label={t('palette.search')}
        find={find}
        onChoose={onPick}
        listLabel={t('palette.label')}
        emptyText={t('palette.nothing')}
        keyOf={({ type }) => type}
      >
        {(entry) => (
          <>
            <IconTile path={entry.icon} category={entry.category} size="s" />
            <span className="tn-palette-text" dir="auto">
              {entry.title}
              <small>{entry.description}</small>
            </span>
          </>
        )}
      </SearchList>
    </div>
  )
}
