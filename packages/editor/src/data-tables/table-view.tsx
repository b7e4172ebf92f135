import type { DataTable, TenonClient } from '@tenon/core/client'
import { useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { DataGrid } from './data-grid.tsx'
import { RowDialog } from './row-dialog.tsx'
import { saveFile } from './save-file.ts'

interface TableViewProps {
  readonly client: TenonClient
  readonly table: DataTable
  readonly canWrite: boolean
  readonly onBack: () => void
  readonly onEdit: () => void
  readonly onChanged: () => void
  readonly onDeleted: () => void
}

/** One data table: its rows, and what people can do with it. */
export function TableView({ client, table, canWrite, onBack, onEdit, onChanged, onDeleted }: TableViewProps) {
  const { t, locale, portal } = useInstance()
  const [open, setOpen] = useState<'row' | 'delete' | null>(null)
  /** Number of rows that were added: the rows are loaded again for each. */
  const [added, setAdded] = useState(0)
  const deleting = useSending()
  const exporting = useSending()
  const download = () =>
    exporting.send(async () => {
      const response = await client.dataTables.exportCsv(table.id)
      saveFile(portal, await response.blob(), `${table.name}.csv`)
    })
  const remove = () =>
    deleting.send(async () => {
      await client.dataTables.remove(table.id)
      onDeleted()
    })
  return (
    <>
      <header className="tn-connections-head">
        <div>
          <Button size="s" variant="ghost" onClick={onBack}>
            {t('tables.back')}
          </Button>
          <h1 className="tn-inbox-title" dir="auto">
            {table.name}
          </h1>
          <p className="tn-muted">
            {t('tables.size', { count: table.rowCount, limit: table.rowLimit.toLocaleString(locale) })}
          </p>
        </div>
        <div className="tn-connection-actions">
          {canWrite && (
            <Button variant="primary" icon="plus" onClick={() => setOpen('row')}>
              {t('tables.addRow')}
            </Button>
          )}
          {canWrite && <Button onClick={onEdit}>{t('tables.edit')}</Button>}
          <Button busy={exporting.isSending} onClick={() => void download()}>
            {t('tables.export')}
          </Button>
          {canWrite && (
            <Button variant="ghost" onClick={() => setOpen('delete')}>
              {t('tables.delete')}
            </Button>
          )}
        </div>
      </header>
      {exporting.failure !== null && <ErrorState title={t('tables.exportFailed')} error={exporting.failure.error} />}
      <DataGrid key={added} {...{ client, table, canWrite, onChanged }} onAddRow={() => setOpen('row')} />
      {open === 'row' && (
        <RowDialog
          client={client}
          table={table}
          onClose={() => setOpen(null)}
          onAdded={() => {
            setOpen(null)
            setAdded((count) => count + 1)
            onChanged()
          }}
        />
      )}
      {open === 'delete' && (
        <ConfirmDialog
          open
          busy={deleting.isSending}
          title={t('tables.deleteTitle', { name: table.name })}
          description={
            deleting.failure === null ? (
              t('tables.deleteWhy', { count: table.rowCount })
            ) : (
              <ErrorState title={t('tables.deleteFailed')} error={deleting.failure.error} />
            )
          }
          confirmLabel={t('tables.delete')}
          variant="danger"
          onClose={() => setOpen(null)}
          onConfirm={() => void remove()}
        />
      )}
    </>
  )
}
