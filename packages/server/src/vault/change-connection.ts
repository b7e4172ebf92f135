import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { findConnection, lockConnection } from '../tables/connection-repository.ts'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import type { ServerTables, ServerTx } from '../tables/server-tables.ts'
import { isProvided } from './present-connection.ts'

/** Time for which a connection that works again ends waits of attempts that have read it before. */
const RECONNECT_TTL = '30d'
/** Others that mark and connect the same connection at the same time make a change start again. */
const MAX_TRIES = 8

/** A change of a connection. */
export interface ConnectionChange<Value> {
  /**
   * Checks whether the change ends the waits of node runs, as new credentials and a deletion do. It does so only for a
   * connection for which node runs may wait: one that must be connected again, and each that the host provides, whose
   * resolver says it of some people alone.
   */
  readonly endsWaits: (row: ConnectionRow) => boolean
  /**
   * Stores the change, in a transaction that holds the lock of the row. `isEnd` is true if the event that ends the waits of this
   * generation is part of the transaction: only then may the status become `connected`, with the next generation.
   */
  readonly apply: (tx: ServerTx, row: ConnectionRow, isEnd: boolean) => Promise<Value>
}

/**
 * Changes a connection. A change that ends waits and the event that ends them are one transaction, for the status and the
 * generation that the connection has in it: a mark at the same time makes the change start again, so that no node run waits for
 * an event that is never sent.
 *
 * @throws {@link TenonError} `CONNECTION_NOT_FOUND`, `UNAVAILABLE` if others change the connection all the time, and what
 * `apply` throws.
 */
export async function changeConnection<Value>(
  {
    database,
    engine,
  }: Pick<ServerContext, 'database'> & { readonly engine: Pick<ServerContext['engine'], 'sendEvent'> },
  { tenantId, connectionId }: { readonly tenantId: TenantId; readonly connectionId: string },
  { endsWaits, apply }: ConnectionChange<Value>,
): Promise<Value> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const seen = await database.withTenant(tenantId, (tx) => findConnection(tx, tenantId, connectionId))
    if (seen === null) throw notFound()
    const isEnd = (seen.status === 'needs_reauth' || isProvided(seen)) && endsWaits(seen)
    const attempt: { value?: { readonly of: Value }; hasMoved: boolean } = { hasMoved: false }
    const change = async (tx: ServerTx): Promise<void> => {
      // The database may execute a transaction again.
      delete attempt.value
      const row = await lockConnection(tx, tenantId, connectionId)
      if (row === null) throw notFound()
      attempt.hasMoved = row.status !== seen.status || row.generation !== seen.generation
      if (attempt.hasMoved) throw new TenonError('UNAVAILABLE', 'The connection was changed at the same time')
      attempt.value = { of: await apply(tx, row, isEnd) }
    }
    try {
      if (!isEnd) {
        await database.withTenant(tenantId, change)
      } else {
        const target = { kind: 'connection', connectionId, generation: seen.generation } as const
        const event = { target, payload: {}, ttl: RECONNECT_TTL, actor: null }
        const sent = await engine.sendEvent(tenantId, event, (tx) =>
          change(tx.withTables<Pick<ServerTables, keyof ServerTables>>()),
        )
        // Another request has ended this generation: the change was not made, or not kept.
        if (sent.outcome === 'gone' || sent.isRepeated) delete attempt.value
      }
    } catch (error) {
      if (!attempt.hasMoved) throw error
      continue
    }
    if (attempt.value !== undefined) return attempt.value.of
  }
  throw new TenonError('UNAVAILABLE', 'The connection is changed by others all the time')
}

function notFound(): TenonError {
  return new TenonError('CONNECTION_NOT_FOUND', 'No connection has this id')
}
