import type { DataTable, TenonClient } from '@tenon/core/client'
import { useCallback, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { useResource } from '../client/use-resource.ts'
import { useInstance } from '../instance/instance-context.ts'
import { DataTableTexts } from '../shell/data-table-texts.tsx'
import { EnsureInstance } from '../shell/ensure-instance.tsx'
import type { InstanceProps } from '../shell/instance-root.tsx'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { TableDialog } from './table-dialog.tsx'
import { TableView } from './table-view.tsx'
import { useDataTables } from './use-data-tables.ts'

/** Props of the page of data tables. */
export interface DataTablesManagerProps extends InstanceProps {
  /** Client of the server; create it outside of render functions. */
  readonly client: TenonClient
}

/** Page of the data tables of a tenant: people create, change and delete tables, and see and change their rows. */
export function DataTablesManager({ client, ...instance }: DataTablesManagerProps) {
  return (
    <EnsureInstance {...instance}>
      <DataTableTexts>
        <Manager client={client} />
      </DataTableTexts>
    </EnsureInstance>
  )
}

function Manager({ client }: { readonly client: TenonClient }) {
  const { t, locale } = useInstance()
  const me = useResource(useCallback((abortSignal: AbortSignal) => client.me({ abortSignal }), [client]))
  const canWrite = me.value !== null && me.value.role !== 'viewer'
  const tables = useDataTables(client)
  const [shownId, setShownId] = useState<string | null>(null)
  /** Table whose form is open; `null` for a new one, `undefined` for none. */
  const [edited, setEdited] = useState<DataTable | null | undefined>(undefined)
  const shown = tables.items.find(({ id }) => id === shownId)
  const create = canWrite ? (
    <Button variant="primary" icon="plus" onClick={() => setEdited(null)}>
      {t('tables.new')}
    </Button>
  ) : null
  return (
    <section className="tn-inbox" aria-label={t('tables.title')}>
      {shown === undefined ? (
        <>
          <header className="tn-connections-head">
            <h1 className="tn-inbox-title">{t('tables.title')}</h1>
            {tables.items.length > 0 && create}
          </header>
          {tables.error !== null && <ResourceError title={t('tables.loadFailed')} resource={tables} />}
          {tables.items.length === 0 && tables.error === null && tables.isLoading && <Skeleton lines={3} height={48} />}
          {tables.items.length === 0 && tables.error === null && !tables.isLoading && (
            <EmptyState icon="list" title={t('tables.empty')} description={t('tables.emptyWhy')} action={create} />
          )}
          <ul className="tn-connections" aria-label={t('tables.list')}>
            {tables.items.map(({ id, name, rowCount, rowLimit }) => (
              <li key={id} className="tn-connection">
                <Button variant="ghost" onClick={() => setShownId(id)}>
                  <span dir="auto">{name}</span>
                </Button>
                <span className="tn-muted">
                  {t('tables.size', { count: rowCount, limit: rowLimit.toLocaleString(locale) })}
                </span>
              </li>
            ))}
          </ul>
          {tables.hasMore && (
            <Button busy={tables.isLoadingMore} onClick={tables.loadMore}>
              {t('ui.loadMore')}
            </Button>
          )}
        </>
      ) : (
        <TableView
          key={`${shown.id} ${shown.version}`}
          {...{ client, table: shown, canWrite }}
          onBack={() => setShownId(null)}
          onEdit={() => setEdited(shown)}
          onChanged={tables.refresh}
          onDeleted={() => {
            setShownId(null)
            tables.refresh()
          }}
        />
      )}
      {edited !== undefined && (
        <TableDialog
          client={client}
          table={edited}
          onClose={() => setEdited(undefined)}
          onSaved={(saved) => {
            setEdited(undefined)
            setShownId(saved.id)
            tables.refresh()
          }}
        />
      )}
    </section>
  )
}
