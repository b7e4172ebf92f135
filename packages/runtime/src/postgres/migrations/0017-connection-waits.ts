import type { Migration } from '../migrate.ts'
import { identifier } from '../quote.ts'
import { APPEND_OPERATION } from './append-operations.ts'

/**
 * Lets node runs wait for a connection: unlike an event, one that works again ends every wait for it, also those that open
 * later.
 *
 * @see docs/adr/0065-a-node-waits-for-its-connection.md
 */
export const connectionWaits: Migration = {
  name: '0017-connection-waits',
  isCompatible: true,
  up: ({ schema }) => [APPEND_OPERATION.replaceAll('$schema', identifier(schema))],
}
