import type { DataTable, TenonClient } from '@tenon/core/client'
import { type MouseEvent, useCallback, useMemo, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { useResource } from '../client/use-resource.ts'
import { addressOf } from '../instance/address-of.ts'
import { callHost } from '../instance/call-host.ts'
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
  /**
   * Id of the table that is shown, for a host with an address for each; `null` for the list.
   *
   * @defaultValue the page itself keeps which one is shown
   */
  readonly tableId?: string | null
  /** Called with the id of the table that a person opens, or with `null` for the list. */
  readonly onTableChange?: (tableId: string | null) => void
  /** Returns the address of the page of a table. Without it, tables are opened by buttons. */
  readonly hrefOf?: (tableId: string) => string
}

type ManagerProps = Pick<DataTablesManagerProps, 'client' | 'tableId' | 'onTableChange' | 'hrefOf'>

/** Page of the data tables of a tenant: people create, change and delete tables, and see and change their rows. */
export function DataTablesManager({ client, tableId, onTableChange, hrefOf, ...instance }: DataTablesManagerProps) {
  return (
    <EnsureInstance {...instance}>
      <DataTableTexts>
        <Manager
          client={client}
          {...(tableId === undefined ? {} : { tableId })}
          {...(onTableChange === undefined ? {} : { onTableChange })}
          {...(hrefOf === undefined ? {} : { hrefOf })}
        />
      </DataTableTexts>
    </EnsureInstance>
  )
}

function Manager({ client, tableId, onTableChange, hrefOf }: ManagerProps) {
  const { t, locale } = useInstance()
  const me = useResource(useCallback((abortSignal: AbortSignal) => client.me({ abortSignal }), [client]))
  const canWrite = me.value !== null && me.value.role !== 'viewer'
  const tables = useDataTables(client)
  const [ownId, setOwnId] = useState<string | null>(null)
  const shownId = tableId === undefined ? ownId : tableId
  const show = (id: string | null) => {
    setOwnId(id)
    callHost(onTableChange, id)
  }
  /** Table whose form is open; `null` for a new one, `undefined` for none. */
  const [edited, setEdited] = useState<DataTable | null | undefined>(undefined)
  const listed = tables.items.find(({ id }) => id === shownId) ?? null
  // An address may name a table of a later page of the list, or one that does not exist.
  const missingId = listed === null ? shownId : null
  const loadMissing = useMemo(
    () => (missingId === null ? null : (abortSignal: AbortSignal) => client.dataTables.get(missingId, { abortSignal })),
    [client, missingId],
  )
  const missing = useResource(loadMissing)
  const shown = listed ?? (missingId === null ? null : missing.value)
  const create = canWrite ? (
    <Button variant="primary" icon="plus" onClick={() => setEdited(null)}>
      {t('tables.new')}
    </Button>
  ) : null
  return (
    <section className="tn-inbox" aria-label={t('tables.title')}>
      {shownId !== null && shown === null && (
        <>
          <Button size="s" variant="ghost" onClick={() => show(null)}>
            {t('tables.back')}
          </Button>
          {missing.error === null ? (
            <Skeleton lines={3} height={48} />
          ) : (
            <ResourceError title={t('tables.loadFailed')} resource={missing} />
          )}
        </>
      )}
      {shownId === null && (
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
                <TableLink name={name} href={addressOf(id, hrefOf)} onOpen={() => show(id)} />
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
      )}
      {shown !== null && (
        <TableView
          key={`${shown.id} ${shown.version}`}
          {...{ client, table: shown, canWrite }}
          onBack={() => show(null)}
          onEdit={() => setEdited(shown)}
          onChanged={() => {
            tables.refresh()
            if (listed === null) missing.refresh()
          }}
          onDeleted={() => {
            show(null)
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
            show(saved.id)
            tables.refresh()
            if (listed === null) missing.refresh()
          }}
        />
      )}
    </section>
  )
}

interface TableLinkProps {
  readonly name: string
  readonly href: string | undefined
  readonly onOpen: () => void
}

function TableLink({ name, href, onOpen }: TableLinkProps) {
  const text = <span dir="auto">{name}</span>
  if (href === undefined) {
    return (
      <Button variant="ghost" onClick={onOpen}>
        {text}
      </Button>
    )
  }
  const open = (event: MouseEvent) => {
    // The browser handles a click that opens another tab.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    onOpen()
  }
  return (
    <a className="tn-runs-open" href={href} onClick={open}>
      {text}
    </a>
  )
}
