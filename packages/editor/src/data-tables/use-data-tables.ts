import type { DataTable, TenonClient } from '@tenon/core/client'
import { useCallback } from 'react'
import { type Pages, usePages } from '../client/use-pages.ts'

const PAGE_SIZE = 100
const idOf = ({ id }: DataTable) => id

/** Loads the data tables of the tenant. */
export function useDataTables(client: TenonClient): Pages<DataTable> {
  const load = useCallback(
    (cursor: string | null, abortSignal?: AbortSignal) =>
      client.dataTables.list(
        { limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) },
        abortSignal === undefined ? {} : { abortSignal },
      ),
    [client],
  )
  return usePages(load, idOf)
}
