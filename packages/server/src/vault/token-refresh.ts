import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { Connector, HttpClient } from '@tenon/core/node'
import { type Bus, publishChange } from '@tenon/runtime'
import type { Seal, SecretStore } from '../secrets/secret-store.ts'
import {
  deleteConnectionSecrets,
  insertConnectionSecrets,
  lockConnection,
  readConnection,
  updateConnectionRow,
} from '../tables/connection-repository.ts'
import type { ConnectionRow, SecretRow } from '../tables/secret-tables.ts'
import type { ServerDatabase, ServerTx } from '../tables/server-tables.ts'
import { type IssuedTokens, refreshTokens } from './oauth-client.ts'
import { markersOf } from './present-connection.ts'
import { sealFields } from './seal-fields.ts'

export interface TokenRefreshDeps {
  readonly database: ServerDatabase
  readonly secrets: Pick<SecretStore, 'openSeal' | 'revealRows'>
  readonly http: HttpClient
  readonly bus: Bus
  readonly now: () => number
}

interface StoredConnection {
  readonly row: ConnectionRow
  readonly secrets: readonly SecretRow[]
}

/** Longest time that one process refreshes a token before another one tries; longer than a request for a token. */
const LEASE_MS = 30_000
const POLL_MS = 100
/** Part of the lifetime of an access token after which it is refreshed. */
const REFRESH_AFTER = 0.8

/** Returns a connection whose access token is fresh, or that a person has to connect again. */
export type FreshConnection = (connector: Connector, stored: StoredConnection) => Promise<StoredConnection>

/**
 * Creates the refresh of access tokens. Of all processes, one refreshes a token at a time: it holds a lease in the row of the
 * connection, and stores the new tokens before anyone uses them. The others wait for it.
 */
export function createTokenRefresh(deps: TokenRefreshDeps): FreshConnection {
  const { now } = deps
  /** Refreshes of this process by connection: its attempts wait here, and do not ask the database. */
  const running = new Map<string, Promise<StoredConnection>>()

  return async (connector, stored) => {
    const { refresh_at: refreshAt, connection_id: id, tenant_id: tenantId } = stored.row
    if (connector.auth.kind !== 'oauth2' || refreshAt === null || refreshAt > now()) return stored
    const key = `${tenantId}\n${id}`
    const known = running.get(key)
    if (known !== undefined) return known
    const refreshing = refresh(deps, connector.auth, stored).finally(() => running.delete(key))
    running.set(key, refreshing)
    return refreshing
  }
}

async function refresh(
  deps: TokenRefreshDeps,
  auth: Extract<Connector['auth'], { readonly kind: 'oauth2' }>,
  stored: StoredConnection,
): Promise<StoredConnection> {
  const { tenant_id: tenantId, connection_id: connectionId } = stored.row
  const leaseId = randomUUID()
  for (let waitedMs = 0; waitedMs <= LEASE_MS; waitedMs += POLL_MS) {
    const claim = await claimLease(deps, tenantId, connectionId, leaseId)
    if (claim === 'done') return readAgain(deps, tenantId, connectionId)
    if (claim === 'claimed') break
    await sleep(POLL_MS)
  }
  const again = await readAgain(deps, tenantId, connectionId)
  let seal: Seal
  let result: Awaited<ReturnType<typeof refreshTokens>>
  try {
    const { refreshToken = '' } = await deps.secrets.revealRows(again.row, again.secrets)
    // Before the service ends the earlier token: the new one would be lost if there were no key to store it under.
    seal = await deps.secrets.openSeal(tenantId)
    result = refreshToken === '' ? { kind: 'ended' } : await refreshTokens(auth, deps.http, refreshToken)
  } catch (error) {
    await withLease(deps, stored.row, leaseId, async () => ({}))
    const { expires_at: expiresAt } = stored.row
    // Early enough: the token may still be valid when the service answers again.
    if (expiresAt !== null && expiresAt > deps.now()) return stored
    throw error
  }
  if (result.kind === 'tokens') {
    const { tokens } = result
    await withLease(deps, stored.row, leaseId, (tx, row) => storeTokens(tx, row, { tokens, seal, at: deps.now() }))
  } else {
    const ended = { status: 'needs_reauth', status_reason: 'The service has ended the access' } as const
    await withLease(deps, stored.row, leaseId, async () => ended)
    publishChange(deps.bus, tenantId, { kind: 'connection', id: connectionId })
  }
  return readAgain(deps, tenantId, connectionId)
}

/** `done` if another process has refreshed the token, or found that it cannot be. */
async function claimLease(
  { database, now }: TokenRefreshDeps,
  tenantId: TenantId,
  connectionId: string,
  leaseId: string,
): Promise<'claimed' | 'busy' | 'done'> {
  return database.withTenant(tenantId, async (tx) => {
    const row = await lockConnection(tx, tenantId, connectionId)
    if (row === null) throw notFound()
    if (row.status === 'needs_reauth' || row.refresh_at === null || row.refresh_at > now()) return 'done'
    if (row.lease_until !== null && row.lease_until > now()) return 'busy'
    await updateConnectionRow(tx, tenantId, connectionId, { lease_id: leaseId, lease_until: now() + LEASE_MS })
    return 'claimed'
  })
}

/** Makes a change and gives up the lease; nothing if another process holds it by now. */
async function withLease(
  { database }: TokenRefreshDeps,
  { tenant_id: tenantId, connection_id: connectionId }: ConnectionRow,
  leaseId: string,
  change: (tx: ServerTx, row: ConnectionRow) => Promise<Partial<ConnectionRow>>,
): Promise<void> {
  await database.withTenant(tenantId, async (tx) => {
    const row = await lockConnection(tx, tenantId, connectionId)
    if (row?.lease_id !== leaseId) return
    const set = await change(tx, row)
    await updateConnectionRow(tx, tenantId, connectionId, { ...set, lease_id: null, lease_until: null })
  })
}

async function readAgain({ database }: TokenRefreshDeps, tenantId: TenantId, id: string): Promise<StoredConnection> {
  const stored = await database.withTenant(tenantId, (tx) => readConnection(tx, tenantId, id))
  if (stored === null) throw notFound()
  return stored
}

/** Tokens to be stored, and what encrypts them. */
export interface TokensToStore {
  readonly tokens: IssuedTokens
  /** Opened before the transaction, since the key provider may be across the network. */
  readonly seal: Seal
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** Replaces the tokens of a connection, whose row the transaction has locked. @returns The columns to change with them. */
export async function storeTokens(
  tx: ServerTx,
  row: ConnectionRow,
  { tokens: { accessToken, refreshToken, lifetimeMs }, seal, at }: TokensToStore,
): Promise<Partial<ConnectionRow>> {
  const texts = { accessToken, ...(refreshToken === undefined ? {} : { refreshToken }) }
  const { rows, markers } = sealFields(seal, row, texts, { setBy: row.owner_name, at })
  const fields = rows.map(({ field }) => field)
  await deleteConnectionSecrets(tx, row.tenant_id, row.connection_id, fields)
  await insertConnectionSecrets(tx, rows)
  const times =
    lifetimeMs === null
      ? { expires_at: null, refresh_at: null }
      : { expires_at: at + lifetimeMs, refresh_at: at + Math.floor(lifetimeMs * REFRESH_AFTER) }
  return { ...times, markers: JSON.stringify({ ...markersOf(row), ...markers }) }
}

function notFound(): TenonError {
  return new TenonError('CONNECTION_NOT_FOUND', 'No connection has this id')
}
