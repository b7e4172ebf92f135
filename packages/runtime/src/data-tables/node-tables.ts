import type { Json } from '@tenon/core/document'
import type { DataChange, KeyValueChange, NodeKeyValues, NodeTables } from '@tenon/core/node'
import type { RunRef } from '../store/run-ref.ts'
import type { DataTables } from './data-tables.ts'

/** The part of the data tables that nodes use. */
export type NodeData = Pick<DataTables, 'query' | 'write' | 'getKey' | 'changeKeyOnce'>

/**
 * Returns the data tables and values of a tenant for the code of a node. Changes end with its attempt.
 *
 * @param redact - Hides the secrets of the node in what it stores, since a service may send back what it got.
 * @defaultValue the node has none
 */
export function nodeTablesOf(
  dataTables: NodeData,
  run: RunRef,
  abortSignal: () => AbortSignal,
  redact: (value: Json) => Json = (value) => value,
): { readonly tables: NodeTables; readonly keyValues: NodeKeyValues } {
  return {
    tables: {
      query: (query) => dataTables.query(run.tenantId, query),
      write: (write) => dataTables.write(run, { ...write, change: hidden(write.change, redact) }, abortSignal()),
    },
    keyValues: {
      get: (key) => dataTables.getKey(run.tenantId, key),
      change: (change, completionKey) =>
        dataTables.changeKeyOnce(run, hidden(change, redact), completionKey, abortSignal()),
    },
  }
}

/** Conditions are left as they are: they are compared, and not stored. */
function hidden<Change extends DataChange | KeyValueChange>(change: Change, redact: (value: Json) => Json): Change {
  const { kind, ...rest } = change
  const stored = Object.entries(rest).map(([name, value]) => [
    name,
    name === 'filter' || typeof value === 'number' ? value : redact(value as Json),
  ])
  return { kind, ...Object.fromEntries(stored) } as Change
}
