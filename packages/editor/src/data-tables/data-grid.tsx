import type { DataRow, DataTable, TenonClient } from '@tenon/core/client'
import { useCallback, useRef, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { usePages } from '../client/use-pages.ts'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { DataCell } from './data-cell.tsx'
import { NO_FILTER, type RowFilter, RowFilterBar, toCondition } from './row-filter-bar.tsx'
import { useRowSaves } from './use-row-saves.ts'

interface DataGridProps {
  readonly client: TenonClient
  readonly table: DataTable
  /** False for people who may only read. */
  readonly canWrite: boolean
  /** Opens the form of a new row. */
  readonly onAddRow: () => void
  /** Called when a row was deleted. */
  readonly onChanged: () => void
}

interface Order {
  readonly sort: string
  readonly direction: 'asc' | 'desc'
}

const PAGE_SIZE = 50
const keyOf = ({ id }: DataRow) => String(id)

/** The rows of a data table: sorted by a click on a column, filtered, and edited in their cells. */
export function DataGrid({ client, table, canWrite, onAddRow, onChanged }: DataGridProps) {
  const { t } = useInstance()
  const { id: tableId, columns } = table
  const [order, setOrder] = useState<Order | null>(null)
  const [filter, setFilter] = useState<RowFilter>(NO_FILTER)
  const [removed, setRemoved] = useState<DataRow | null>(null)
  const { isSending, failure, send, reset } = useSending()
  const load = useCallback(
    (cursor: string | null, abortSignal?: AbortSignal) => {
      const condition = toCondition(filter)
      return client.dataTables.rows(
        tableId,
        {
          limit: PAGE_SIZE,
          ...(order ?? {}),
          ...(condition === null ? {} : { where: [condition] }),
          ...(cursor === null ? {} : { cursor }),
        },
        abortSignal === undefined ? {} : { abortSignal },
      )
    },
    [client, tableId, order, filter],
  )
  const rows = usePages(load, keyOf)
  const save = useRowSaves(client, tableId, rows.refresh)
  const sortBy = (sort: string) =>
    setOrder((before) => {
      if (before?.sort !== sort) return { sort, direction: 'asc' }
      return before.direction === 'asc' ? { sort, direction: 'desc' } : null
    })
  const remove = ({ id }: DataRow) =>
    send(async () => {
      await client.dataTables.removeRow(tableId, id)
      setRemoved(null)
      rows.refresh()
      onChanged()
    })
  // Another order or filter is another list: its header remains, and the rows until the others have come.
  const last = useRef<readonly DataRow[]>([])
  const isWaiting = rows.items.length === 0 && rows.isLoading
  if (!isWaiting) last.current = rows.items
  const items = isWaiting ? last.current : rows.items
  const isEmpty = items.length === 0
  const isFiltered = toCondition(filter) !== null
  return (
    <>
      <RowFilterBar columns={columns} filter={filter} onChange={setFilter} />
      {rows.error !== null && <ResourceError title={t('tables.rowsFailed')} resource={rows} />}
      {isEmpty && rows.error === null && rows.isLoading && <Skeleton lines={4} height={28} />}
      {isEmpty && rows.error === null && !rows.isLoading && (
        <EmptyState
          icon="list"
          title={t(isFiltered ? 'tables.noMatch' : 'tables.noRows')}
          {...(canWrite && !isFiltered ? { action: <Button onClick={onAddRow}>{t('tables.addRow')}</Button> } : {})}
        />
      )}
      {!isEmpty && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reached by the keyboard
        <section className="tn-data-scroll" tabIndex={0} aria-label={t('tables.rows', { name: table.name })}>
          <table className="tn-data-grid">
            <thead>
              <tr>
                <th scope="col">#</th>
                {columns.map(({ name, type }) => (
                  <th key={name} scope="col" aria-sort={sortOf(order, name)}>
                    {type === 'json' ? (
                      name
                    ) : (
                      <button
                        type="button"
                        aria-label={t('tables.sort', { column: name })}
                        onClick={() => sortBy(name)}
                      >
                        {name}
                        {order?.sort === name && (
                          <span aria-hidden="true">{order.direction === 'asc' ? ' ↑' : ' ↓'}</span>
                        )}
                      </button>
                    )}
                  </th>
                ))}
                {canWrite && (
                  <th scope="col">
                    <span className="tn-visually-hidden">{t('tables.row.actions')}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {items.map((row) => (
                <tr key={row.id}>
                  <th scope="row">{row.id}</th>
                  {columns.map((column) => (
                    <DataCell
                      key={column.name}
                      {...{ row, column, canWrite, save }}
                      onChanged={(changed) => {
                        rows.replaceOlder(changed)
                        rows.refresh()
                      }}
                    />
                  ))}
                  {canWrite && (
                    <td>
                      <IconButton
                        size="s"
                        icon="trash"
                        label={t('tables.row.delete', { id: row.id })}
                        onClick={() => {
                          reset()
                          setRemoved(row)
                        }}
                      />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {rows.hasMore && (
        <Button busy={rows.isLoadingMore} onClick={rows.loadMore}>
          {t('ui.loadMore')}
        </Button>
      )}
      {rows.moreError !== null && <ErrorState title={t('tables.rowsFailed')} error={rows.moreError} />}
      {removed !== null && (
        <ConfirmDialog
          open
          busy={isSending}
          title={t('tables.row.deleteTitle', { id: removed.id })}
          description={failure === null ? t('tables.row.deleteWhy') : <ErrorState error={failure.error} />}
          confirmLabel={t('tables.row.delete', { id: removed.id })}
          variant="danger"
          onClose={() => setRemoved(null)}
          onConfirm={() => void remove(removed)}
        />
      )}
    </>
  )
}

function sortOf(order: Order | null, name: string): 'ascending' | 'descending' | 'none' {
  if (order?.sort !== name) return 'none'
  return order.direction === 'asc' ? 'ascending' : 'descending'
}
