import type { ConnectionTest, Identity } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { createRedactor } from '@tenon/core/mask'
import { publishChange } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { insertAudit } from '../tables/audit-repository.ts'
import { lockConnection, updateConnectionRow } from '../tables/connection-repository.ts'
import type { ConnectionRow } from '../tables/server-tables.ts'

const TEST_TIMEOUT_MS = 10_000
const TEST_BYTES = 65_536

/**
 * Sends the test request of the connector. A service that does not accept the credentials (401) means that the account must be
 * connected again: node runs then wait instead of failing.
 *
 * @throws {@link TenonError} `CONNECTION_NOT_FOUND`, `CONNECTION_REFUSED`, `SECRET_NOT_FOUND`, `UNAVAILABLE`.
 */
export async function testConnection(
  server: ServerContext,
  identity: Identity,
  row: ConnectionRow,
): Promise<ConnectionTest> {
  const connector = server.vault.connector(row.connector)
  if (connector?.test === undefined) return { ok: false, status: null, message: 'This connection cannot be tested' }
  const opened = await server.vault.openFor(identity, row.connection_id)
  if ('reconnect' in opened) return { ok: false, status: null, message: row.status_reason ?? 'Connect it again' }
  const { url, method = 'GET' } = connector.test
  const { credentials, secrets } = opened
  let status: number
  try {
    const limits = { timeoutMs: TEST_TIMEOUT_MS, maxResponseBytes: TEST_BYTES, redirect: 'return' } as const
    status = (await server.egress.request(url, { method, httpCredentials: credentials, ...limits })).status
  } catch (error) {
    if (!(error instanceof TenonError)) throw error
    return { ok: false, status: null, message: createRedactor(secrets).text(error.message) }
  }
  if (status === 401) await markForReauth(server, identity, row)
  const ok = status < 400
  return { ok, status, message: ok ? 'The service accepted the credentials' : `The service answered ${status}` }
}

async function markForReauth(server: ServerContext, identity: Identity, row: ConnectionRow): Promise<void> {
  const { tenant_id: tenantId, connection_id: connectionId } = row
  const reason = 'The service did not accept the credentials'
  const isMarked = await server.database.withTenant(tenantId, async (tx) => {
    const now = await lockConnection(tx, tenantId, connectionId)
    // New secrets were entered while the test ran.
    if (now === null || now.updated_at !== row.updated_at || now.status !== 'connected') return false
    await updateConnectionRow(tx, tenantId, connectionId, { status: 'needs_reauth', status_reason: reason })
    const at = server.now()
    const details = { reason }
    await insertAudit(tx, { identity, action: 'connection.needs_reauth', resource: connectionId, at, details })
    return true
  })
  if (isMarked) publishChange(server.bus, tenantId, { kind: 'connection', id: connectionId })
}
