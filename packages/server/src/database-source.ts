import type { RuntimeLog } from '@tenon/runtime'
import type { DatabaseOptions } from './options.ts'
import type { ServerDatabase } from './tables/server-tables.ts'

/**
 * Logs connections that are lost while they are idle, for which `pg` would otherwise end the process.
 *
 * @returns The source of the database as a part that can be closed: it ends if the options say so.
 */
export function watchPool(
  options: DatabaseOptions,
  database: Pick<ServerDatabase, 'close'>,
  log: RuntimeLog,
): { close(): Promise<void> } {
  const isPool = 'pool' in options
  // For good: a pool that outlives the server must not end the process either.
  if (isPool) {
    options.pool.on?.('error', (error) =>
      log('warn', 'database.connection_lost: an idle connection was closed', { reason: error.message }),
    )
  }
  const endsIt = options.endOnClose ?? !isPool
  return { close: async () => (endsIt ? database.close() : undefined) }
}
