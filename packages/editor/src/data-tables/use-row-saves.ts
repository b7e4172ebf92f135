import type { DataRow, TenonClient } from '@tenon/core/client'
import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { useCallback, useRef } from 'react'

/** Values of a row, as a person has changed them. */
export interface RowChange {
  readonly rowId: number
  readonly values: JsonObject
  /** Version of the row that the person saw. */
  readonly version: number
}

/** Saves values of a row. Rejects if another person has changed the row since then. */
export type SaveRow = (change: RowChange) => Promise<DataRow>

/** Versions of a row between which only this person has changed it. */
interface OwnChanges {
  from: number
  to: number
  last: Promise<unknown>
}

/**
 * Returns a function that saves values of rows. Those of one row are saved one after another, so a second cell of a row may be
 * edited before the first is saved, and the person's own changes are no conflict.
 *
 * @param onConflict - Called when another person has changed the row, so that it is read again.
 */
export function useRowSaves(client: TenonClient, tableId: string, onConflict: () => void): SaveRow {
  const rows = useRef(new Map<number, OwnChanges>())
  const read = useRef(onConflict)
  read.current = onConflict
  return useCallback(
    ({ rowId, values, version }) => {
      const own = rows.current.get(rowId) ?? { from: 0, to: 0, last: Promise.resolve() }
      rows.current.set(rowId, own)
      const save = async () => {
        const base = own.from <= version && version <= own.to ? own.to : version
        try {
          const saved = await client.dataTables.updateRow(tableId, rowId, { values, version: base })
          if (base !== own.to) own.from = base
          own.to = saved.version
          return saved
        } catch (error) {
          if (error instanceof TenonError && error.code === 'DATA_ROW_CHANGED') read.current()
          throw error
        }
      }
      const saved = own.last.then(save, save)
      own.last = saved
      return saved
    },
    [client, tableId],
  )
}
