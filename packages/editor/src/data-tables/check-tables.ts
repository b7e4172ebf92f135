import type { TenonClient } from '@tenon/core/client'
import { type TableShape, tableFaultsOf } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { startServerCheck } from '../problems/start-server-check.ts'
import type { ListedIssue } from '../store/editor-state.ts'
import type { EditorStore } from '../store/editor-store.ts'
import { tableUsesOf } from './table-uses.ts'

export interface TableChecksOptions {
  readonly store: EditorStore
  /** Returns the present client of the host. */
  readonly client: () => TenonClient
}

/**
 * Checks whether the data tables of a draft exist and have the columns of its nodes, after changes of these nodes and before
 * the draft is published or tried. The server refuses a version with the same faults.
 *
 * @returns A function that stops it.
 */
export function startTableChecks({ store, client }: TableChecksOptions): () => void {
  const show = (tableIssues: readonly ListedIssue[]) => {
    if (tableIssues.length > 0 || store.getState().tableIssues.length > 0) store.setState({ tableIssues })
  }
  const { stop } = startServerCheck(store, {
    partOf: (state) => tableUsesOf(state).map(({ nodeId, params }) => [nodeId, params] as const),
    none: [],
    // The columns of a table may have changed since.
    panels: ['publish', 'try'],
    check: async (_, isCurrent) => {
      const state = store.getState()
      const uses = state.phase.kind === 'ready' ? tableUsesOf(state) : []
      const ids = [...new Set(uses.map(({ tableId }) => tableId))]
      const found = await Promise.all(ids.map(async (id) => [id, await readTable(client(), id)] as const))
      const tables = new Map(found)
      if (!isCurrent()) return
      show(
        uses.flatMap(({ nodeId, tableId, schema, params }) =>
          tableFaultsOf(schema, params, tables.get(tableId) ?? null).map(({ path, param, fault }) => ({
            ...({ code: 'PARAM_INVALID', severity: 'error', nodeId, path: ['params', ...path] } as const),
            ...{ message: `"${param}": ${fault}`, values: { param, fault } },
          })),
        ),
      )
    },
    clear: () => show([]),
  })
  return stop
}

async function readTable(client: TenonClient, tableId: string): Promise<TableShape | null> {
  try {
    return await client.dataTables.get(tableId)
  } catch (error) {
    if (error instanceof TenonError && error.code === 'DATA_TABLE_NOT_FOUND') return null
    throw error
  }
}
