import type { DataTable, TenonClient } from '@tenon/core/client'
import type { Json } from '@tenon/core/document'
import type { ColumnType } from '@tenon/core/node'
import { useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { ErrorState } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { TextArea, TextInput } from '../ui/text-input.tsx'
import { cellValue } from './cell-text.ts'

interface RowDialogProps {
  readonly client: TenonClient
  readonly table: DataTable
  readonly onClose: () => void
  readonly onAdded: () => void
}

/** Form of a new row, with a field for each column. */
export function RowDialog({ client, table, onClose, onAdded }: RowDialogProps) {
  const { t } = useInstance()
  const { isSending, failure, send } = useSending()
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({})
  const isComplete = table.columns.every(({ name, isRequired }) => !isRequired || textOf(texts, name).trim() !== '')
  const add = () =>
    send(async () => {
      const values: Record<string, Json> = {}
      for (const { name, type } of table.columns) {
        const value = cellValue(textOf(texts, name), type)
        if (value !== null) values[name] = value
      }
      await client.dataTables.addRow(table.id, values)
      onAdded()
    })
  return (
    <FormDialog
      busy={isSending}
      title={t('tables.row.title')}
      isComplete={isComplete}
      submitLabel={t('tables.row.add')}
      onSubmit={() => void add()}
      onClose={onClose}
    >
      {table.columns.map(({ name, type, isRequired }) => (
        <Field key={name} label={name} help={t('tables.form.type', { type })} required={isRequired}>
          <CellInput
            {...{ type, value: textOf(texts, name) }}
            onChange={(text) => setTexts((before) => ({ ...before, [name]: text }))}
          />
        </Field>
      ))}
      {failure !== null && <ErrorState title={t('tables.row.failed')} error={failure.error} />}
    </FormDialog>
  )
}

interface CellInputProps {
  readonly type: ColumnType
  readonly value: string
  readonly onChange: (text: string) => void
}

/** Texts may have several lines; Enter adds the row all the same, and Shift and Enter begin a line. */
function CellInput({ type, ...rest }: CellInputProps) {
  if (type !== 'text' && type !== 'json') return <TextInput {...rest} />
  return (
    <TextArea
      {...rest}
      rows={1}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.shiftKey) return
        event.preventDefault()
        event.currentTarget.form?.requestSubmit()
      }}
    />
  )
}

/** Each object has a `constructor`, which may also be the name of a column. */
function textOf(texts: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(texts, name) ? (texts[name] ?? '') : ''
}
