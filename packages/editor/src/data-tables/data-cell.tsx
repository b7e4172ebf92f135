import type { DataRow } from '@tenon/core/client'
import type { DataColumn } from '@tenon/core/node'
import { type KeyboardEvent, useRef, useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { activeElementIn, rootOf } from '../instance/browser.ts'
import { useInstance } from '../instance/instance-context.ts'
import { ErrorState } from '../ui/error-state.tsx'
import { TextArea, TextInput } from '../ui/text-input.tsx'
import { cellText, cellValue } from './cell-text.ts'
import type { SaveRow } from './use-row-saves.ts'

interface DataCellProps {
  readonly row: DataRow
  readonly column: DataColumn
  readonly canWrite: boolean
  readonly save: SaveRow
  readonly onChanged: (row: DataRow) => void
}

/** Text of an open cell, and what the person saw when it was opened: the row may change meanwhile. */
interface Draft {
  readonly text: string
  readonly opened: { readonly text: string; readonly version: number }
}

/** Most lines of an open cell that are shown at once. */
const MAX_LINES = 8

/**
 * A cell of a row. A click, Enter or F2 opens it; Enter and leaving it save, Escape keeps the old value. Shift and Enter begin a
 * new line of a text.
 */
export function DataCell({ row, column, canWrite, save, onChanged }: DataCellProps) {
  const { t } = useInstance()
  const { name, type } = column
  const stored = cellText(row.values, column)
  /** `null` while the cell is closed. */
  const [draft, setDraft] = useState<Draft | null>(null)
  const open = () => setDraft({ text: stored, opened: { text: stored, version: row.version } })
  const { isSending, failure, send, reset } = useSending()
  const opener = useRef<HTMLButtonElement>(null)
  const close = () => {
    reset()
    setDraft(null)
    // After the button is there again, unless the person has chosen another element meanwhile.
    requestAnimationFrame(() => {
      const button = opener.current
      const active = button === null ? null : activeElementIn(rootOf(button))
      if (active === null || active.localName === 'body') button?.focus()
    })
  }
  const finish = ({ text, opened }: Draft, isLeft: boolean) => {
    if (text === opened.text) return isLeft ? setDraft(null) : close()
    return void send(async () => {
      const values = { [name]: cellValue(text, type) }
      onChanged(await save({ rowId: row.id, values, version: opened.version }))
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
          onClick={open}
          onKeyDown={({ key }) => {
            if (key === 'F2') open()
          }}
        >
          {stored}
        </button>
      </td>
    )
  }
  const control = {
    autoFocus: true,
    value: draft.text,
    disabled: isSending,
    'aria-label': t('tables.cell', { column: name, id: row.id }),
    'aria-invalid': failure !== null,
    title: t('tables.cell.help'),
    onChange: (text: string) => setDraft({ ...draft, text }),
    onBlur: () => finish(draft, true),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter' && !event.shiftKey) {
        event.preventDefault()
        finish(draft, false)
      }
      if (event.key === 'Escape') {
        event.stopPropagation()
        close()
      }
    },
  }
  return (
    <td>
      {type === 'text' || type === 'json' ? (
        <TextArea {...control} rows={Math.min(draft.text.split('\n').length, MAX_LINES)} />
      ) : (
        <TextInput {...control} />
      )}
      {failure !== null && <ErrorState title={t('tables.row.failed')} error={failure.error} />}
    </td>
  )
}
