import type { TenonClient } from '@tenon/core/client'
import { ResourceError } from '../client/resource-error.tsx'
import type { ControlProps } from '../inspector/controls/control-props.ts'
import { useInstance } from '../instance/instance-context.ts'
import { DataTableTexts } from '../shell/data-table-texts.tsx'
import { Button } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { chosenTableOf, hasOtherColumns, readChosenTable } from './table-value.ts'
import { useDataTables } from './use-data-tables.ts'

interface TablePickerProps extends ControlProps {
  readonly client: TenonClient
}

/** Chooses a data table of the tenant. The node keeps its columns, and can take over those that it has now. */
export function TablePicker(props: TablePickerProps) {
  return (
    <DataTableTexts>
      <Picker {...props} />
    </DataTableTexts>
  )
}

/** Value of the choice of no table, which is no id. */
const NONE = ''

function Picker({ client, value, onChange, isReadOnly }: TablePickerProps) {
  const { t } = useInstance()
  const tables = useDataTables(client)
  const chosen = readChosenTable(value)
  const found = tables.items.find(({ id }) => id === chosen?.id)
  const isLoaded = !tables.isLoading && tables.error === null && !tables.hasMore
  if (tables.isLoading && tables.items.length === 0) return <Skeleton height={32} />
  if (tables.error !== null && tables.items.length === 0) {
    return <ResourceError title={t('tables.loadFailed')} resource={tables} />
  }
  const isMissing = chosen !== null && found === undefined
  const options = tables.items.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <div className="tn-connection-picker">
      <Select
        value={chosen?.id ?? NONE}
        disabled={isReadOnly}
        onChange={(id) => {
          const table = tables.items.find((each) => each.id === id)
          onChange(table === undefined ? undefined : chosenTableOf(table))
        }}
        options={[
          { value: NONE, label: t('tables.none') },
          ...(isMissing ? [{ value: chosen.id, label: chosen.name === '' ? chosen.id : chosen.name }] : []),
          ...options,
        ]}
      />
      {isMissing && isLoaded && (
        <p className="tn-field-note" data-error role="alert">
          {t('tables.missing')}
        </p>
      )}
      {chosen !== null && found !== undefined && hasOtherColumns(found, chosen) && (
        <div role="status">
          <p className="tn-field-note">{t('tables.stale')}</p>
          {!isReadOnly && (
            <Button size="s" onClick={() => onChange(chosenTableOf(found))}>
              {t('tables.refresh')}
            </Button>
          )}
        </div>
      )}
      {tables.hasMore && (
        <Button size="s" busy={tables.isLoadingMore} onClick={tables.loadMore}>
          {t('ui.loadMore')}
        </Button>
      )}
    </div>
  )
}
