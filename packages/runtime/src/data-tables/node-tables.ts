import type { NodeKeyValues, NodeTables } from '@tenon/core/node'
import type { RunRef } from '../store/run-ref.ts'
import type { DataTables } from './data-tables.ts'

/** The part of the data tables that nodes use. */
export type NodeData = Pick<DataTables, 'query' | 'write' | 'getKey' | 'changeKeyOnce'>

/** Returns the data tables and values of a tenant for the code of a node. Changes end with its attempt. */
export function nodeTablesOf(
  dataTables: NodeData,
  run: RunRef,
  abortSignal: () => AbortSignal,
): { readonly tables: NodeTables; readonly keyValues: NodeKeyValues } {
  return {
    tables: {
      query: (query) => dataTables.query(run.tenantId, query),
      write: (write) => dataTables.write(run, write, abortSignal()),
    },
    keyValues: {
      get: (key) => dataTables.getKey(run.tenantId, key),
      change: (change, completionKey) => dataTables.changeKeyOnce(run, change, completionKey, abortSignal()),
    },
  }
}
