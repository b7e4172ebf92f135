import type { DataRow, TenonClient } from '@tenon/core/client'
import type { DataColumn } from '@tenon/core/node'
import { useRef, useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { ErrorState } from '../ui/error-state.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { cellText, cellValue } from './cell-text.ts'

interface DataCellProps {
  readonly client: TenonClient
  readonly tableId: string
  readonly row: DataRow
  readonly column: DataColumn
  readonly canWrite: boolean
  readonly onChanged: (row: DataRow) => void
}

/** A cell of a row. A click, Enter or F2 opens it; Enter and leaving it save, Escape keeps the old value. */
export function DataCell({ client, tableId, row, column, canWrite, onChanged }: DataCellProps) {
  const { t } = useInstance()
  const { name, type } = column
  const stored = cellText(row.values[name])
  /** Text of the open cell; `null` while it is closed. */
  const [draft, setDraft] = useState<string | null>(null)
  const { isSending, failure, send, reset } = useSending()
  const opener = useRef<HTMLButtonElement>(null)
  const close = () => {
    reset()
    setDraft(null)
    // After the button is there again.
    requestAnimationFrame(() => opener.current?.focus())
  }
  const save = (text: string, isLeft: boolean) => {
    if (text === stored) return isLeft ? setDraft(null) : close()
    return void send(async () => {
      const values = { [name]: cellValue(text, type) }
      onChanged(await client.dataTables.updateRow(tableId, row.id, { values, version: row.version }))
      if (isLeft) setDraft(null)
      else close()
    })
  }
  if (!canWrite) return <td dir="auto">{stored}</td>
  if (draft === null) {
    return (
      <td>
        <button
          ref={opener}
          type="button"
          dir="auto"
          className="tn-data-cell"
          aria-label={t('tables.cell.edit', { column: name, id: row.id, value: stored })}
          onClick={() => setDraft(stored)}
          onKeyDown={({ key }) => {
            if (key === 'F2') setDraft(stored)
          }}
        >
          {stored}
        </button>
      </td>
    )
  }
  return (
    <td>
      <TextInput
        autoFocus
        value={draft}
        disabled={isSending}
        aria-label={t('tables.cell', { column: name, id: row.id })}
        aria-invalid={failure !== null}
        title={t('tables.cell.help')}
        onChange={setDraft}
        onBlur={() => save(draft, true)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save(draft, false)
          if (event.key === 'Escape') {
            event.stopPropagation()
            close()
          }
        }}
      />
      {failure !== null && <ErrorState title={t('tables.row.failed')} error={failure.error} />}
    </td>
  )
}
