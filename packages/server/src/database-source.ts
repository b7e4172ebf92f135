import type { RuntimeLog } from '@tenon/runtime'
import type { DatabaseOptions } from './options.ts'
import type { ServerDatabase } from './tables/server-tables.ts'

/**
 * Logs connections that are lost while they are idle, until the source is closed. That they do not end the process is up to
 * the link to the pool, also after that.
 *
 * @returns The source of the database as a part that can be closed: it ends if the options say so.
 */
export function watchPool(
  options: DatabaseOptions,
  database: Pick<ServerDatabase, 'close'>,
  log: RuntimeLog,
): { close(): Promise<void> } {
  const pool = 'pool' in options ? options.pool : null
  const onLost = (error: Error): void =>
    log('warn', 'database.connection_lost: an idle connection was closed', { reason: error.message })
  pool?.on?.('error', onLost)
  const endsIt = options.endOnClose ?? pool === null
  return {
    close: async () => {
      try {
        if (endsIt) await database.close()
      } finally {
        pool?.off?.('error', onLost)
      }
    },
  }
}
