import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/**
 * Lets a run change its engine, and wakes other runs by the engine that their rows name.
 *
 * @see docs/adr/0062-a-run-changes-its-engine-between-its-nodes.md
 */
export const engineChanges: Migration = {
  name: '0016-engine-changes',
  isCompatible: true,
  up: ({ schema }) => [APPEND_OPERATION.replaceAll('$schema', identifier(schema))],
}
