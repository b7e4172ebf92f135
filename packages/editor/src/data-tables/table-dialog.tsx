import type { DataTable, TenonClient } from '@tenon/core/client'
import { COLUMN_TYPES, type ColumnType, type DataColumn } from '@tenon/core/node'
import { useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Select } from '../ui/select.tsx'
import { TextInput } from '../ui/text-input.tsx'

interface TableDialogProps {
  readonly client: TenonClient
  /** Table to change; `null` for a new one. */
  readonly table: DataTable | null
  readonly onClose: () => void
  readonly onSaved: (table: DataTable) => void
}

/** A column in the form; the key identifies it, since names change. */
interface ColumnDraft extends DataColumn {
  readonly key: number
  /** True for a column that the table has: its name and type remain. */
  readonly isStored: boolean
}

const EMPTY: Omit<ColumnDraft, 'key'> = { name: '', type: 'text', isRequired: false, isStored: false }
const NO_KEY = ''

/** Dialog in which a person creates a data table, or changes its name and columns. */
export function TableDialog({ client, table, onClose, onSaved }: TableDialogProps) {
  const { t } = useInstance()
  const { isSending, failure, send } = useSending()
  const [name, setName] = useState(table?.name ?? '')
  const [keyColumn, setKeyColumn] = useState(table?.keyColumn ?? NO_KEY)
  const [columns, setColumns] = useState<readonly ColumnDraft[]>(() =>
    table === null ? [{ ...EMPTY, key: 0 }] : table.columns.map((column, key) => ({ ...column, key, isStored: true })),
  )
  const change = (key: number, part: Partial<DataColumn>) =>
    setColumns((before) => before.map((column) => (column.key === key ? { ...column, ...part } : column)))
  const named = columns.filter((column) => column.name.trim() !== '')
  const isComplete = name.trim() !== '' && named.length > 0
  const lost = (table?.columns ?? []).filter((column) => !named.some((each) => each.name === column.name))
  const keys = named.filter(({ type }) => type === 'text' || type === 'number')
  const save = () =>
    send(async () => {
      const given = named.map(({ name: column, type, isRequired }) => ({ name: column.trim(), type, isRequired }))
      onSaved(
        table === null
          ? await client.dataTables.create({
              ...{ name: name.trim(), columns: given },
              ...(keys.some((column) => column.name === keyColumn) ? { keyColumn } : {}),
            })
          : await client.dataTables.update(table.id, { version: table.version, name: name.trim(), columns: given }),
      )
    })
  return (
    <FormDialog
      size="l"
      busy={isSending}
      title={table === null ? t('tables.form.new') : t('tables.form.edit', { name: table.name })}
      isComplete={isComplete}
      submitLabel={t(table === null ? 'tables.form.create' : 'tables.form.save')}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <Field label={t('tables.form.name')} required>
        <TextInput value={name} maxLength={100} onChange={setName} />
      </Field>
      <fieldset className="tn-data-columns">
        <legend>{t('tables.form.columns')}</legend>
        {columns.map((column, index) => {
          const position = index + 1
          const isKey = table !== null && column.isStored && column.name === table.keyColumn
          return (
            <div key={column.key} className="tn-data-column">
              <TextInput
                value={column.name}
                maxLength={63}
                disabled={column.isStored}
                aria-label={t('tables.form.columnName', { position })}
                onChange={(next) => change(column.key, { name: next })}
              />
              <Select<ColumnType>
                value={column.type}
                disabled={column.isStored}
                aria-label={t('tables.form.columnType', { position })}
                onChange={(type) => change(column.key, { type })}
                options={COLUMN_TYPES.map((type) => ({ value: type, label: t('tables.form.type', { type }) }))}
              />
              <label className="tn-check">
                <input
                  type="checkbox"
                  checked={column.isRequired}
                  aria-label={t('tables.form.requiredColumn', { position })}
                  onChange={({ target }) => change(column.key, { isRequired: target.checked })}
                />
                {t('tables.form.required')}
              </label>
              <IconButton
                size="s"
                icon="trash"
                label={t('tables.form.removeColumn', { position })}
                disabled={columns.length === 1 || isKey}
                onClick={() => setColumns((before) => before.filter(({ key }) => key !== column.key))}
              />
            </div>
          )
        })}
        <Button
          size="s"
          icon="plus"
          onClick={() =>
            setColumns((before) => [...before, { ...EMPTY, key: Math.max(...before.map(({ key }) => key)) + 1 }])
          }
        >
          {t('tables.form.addColumn')}
        </Button>
      </fieldset>
      {table === null && (
        <Field label={t('tables.form.key')} help={t('tables.form.keyHelp')}>
          <Select
            value={keys.some((column) => column.name === keyColumn) ? keyColumn : NO_KEY}
            onChange={setKeyColumn}
            options={[
              { value: NO_KEY, label: t('tables.form.noKey') },
              ...keys.map((column) => ({ value: column.name, label: column.name })),
            ]}
          />
        </Field>
      )}
      {lost.length > 0 && (
        <Callout tone="retry" title={t('tables.form.loses', { names: lost.map((column) => column.name).join(', ') })} />
      )}
      {failure !== null && <ErrorState title={t('tables.form.failed')} error={failure.error} />}
    </FormDialog>
  )
}
