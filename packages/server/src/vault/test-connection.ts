import type { ConnectionTest, Identity } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { createRedactor } from '@tenon/core/mask'
import { awsHosts, type Connector, hasHttpCredentials } from '@tenon/core/node'
import { type OpenConnection, publishChange } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { reasonOf } from '../log/reason-of.ts'
import { insertAudit } from '../tables/audit-repository.ts'
import { lockConnection, updateConnectionRow } from '../tables/connection-repository.ts'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import { changeConnection } from './change-connection.ts'
import { isProvided, valuesOf } from './present-connection.ts'

const TEST_TIMEOUT_MS = 10_000
const TEST_BYTES = 65_536

/**
 * Sends the test request of the connector. A service that does not accept the credentials (401) means that the account must be
 * connected again: node runs then wait instead of failing. One that the service accepts again continues them. A test changes
 * no connection that the host provides: its secrets may be those of the person who tests it.
 *
 * @throws {@link TenonError} `CONNECTION_NOT_FOUND`, `CONNECTION_REFUSED`, `SECRET_NOT_FOUND`, `UNAVAILABLE`.
 */
export async function testConnection(
  server: ServerContext,
  identity: Identity,
  row: ConnectionRow,
): Promise<ConnectionTest> {
  const connector = server.vault.connector(row.connector)
  const isAws = connector?.auth.kind === 'aws'
  const test = connector?.test ?? (isAws ? awsTest(row) : undefined)
  if (connector === null || (test === undefined && hasHttpCredentials(connector.auth)))
    return { ok: false, status: null, message: 'This connection cannot be tested' }
  // A person who has changed a secret where it is kept tests it at once.
  const found = await server.vault.openFor(identity, row.connection_id, { isFresh: true })
  if (found.opened === null) return { ok: false, status: null, message: found.reason ?? 'Connect it again' }
  const { row: used, opened } = found
  if (test === undefined) return testLogin(server, identity, used, opened)
  const { url, method = 'GET', readBody } = test
  const { credentials, secrets } = opened
  let status: number
  let said: ReturnType<NonNullable<typeof readBody>> = 'accepted'
  try {
    const limits = { timeoutMs: TEST_TIMEOUT_MS, maxResponseBytes: TEST_BYTES, redirect: 'return' } as const
    const response = await server.egress.request(url, {
      method,
      httpCredentials: { ...credentials, secrets },
      ...limits,
    })
    status = response.status
    if (readBody !== undefined && status < 400) said = readBody(await response.json())
  } catch (error) {
    if (error instanceof TenonError) {
      return { ok: false, status: null, message: createRedactor(secrets).text(error.message) }
    }
    // The function of the connector, for a body that it does not know.
    server.log('error', 'connection.test_failed: the connector threw', {
      connector: connector.id,
      reason: reasonOf(error),
    })
    return { ok: false, status: null, message: 'The response of the service cannot be read' }
  }
  // AWS answers an unknown key with 403.
  if (isAws && status === 403) said = 'refused'
  if (status === 401 || said === 'refused') await markForReauth(server, identity, used)
  const ok = status < 400 && said === 'accepted'
  if (ok && used.status === 'needs_reauth') await clearMark(server, identity, used)
  return { ok, status, message: messageOf(ok, status, said) }
}

/** Asks AWS whose key it is, which every key may. */
function awsTest(row: ConnectionRow): NonNullable<Connector['test']> {
  const { region = '' } = valuesOf(row)
  const [hosts = ''] = awsHosts(region)
  return { url: `https://sts${hosts.slice(1)}/?Action=GetCallerIdentity&Version=2011-06-15` }
}

function messageOf(ok: boolean, status: number, said: 'accepted' | 'refused' | 'failed'): string {
  if (ok) return 'The service accepted the credentials'
  if (said === 'accepted') return `The service answered ${status}`
  return said === 'refused' ? 'The service did not accept the credentials' : 'The service reported a failure'
}

/** Logs in at a database or a mail server, and runs `select 1`. */
async function testLogin(
  server: ServerContext,
  identity: Identity,
  row: ConnectionRow,
  { login, secrets }: OpenConnection,
): Promise<ConnectionTest> {
  if (login === undefined) return { ok: false, status: null, message: 'This connection cannot be tested' }
  const { tenant_id: tenantId } = row
  const limits = { abortSignal: AbortSignal.timeout(TEST_TIMEOUT_MS), timeoutMs: TEST_TIMEOUT_MS }
  try {
    if (login.kind === 'smtp') await server.egress.mail.verify({ tenantId, login }, limits)
    else await server.egress.sql.read({ tenantId, login }, SELECT_1, limits)
  } catch (error) {
    if (limits.abortSignal.aborted) return { ok: false, status: null, message: 'The server did not answer in time' }
    if (!(error instanceof TenonError)) throw error
    if (LOGIN_FAILURES.has(error.code)) await markForReauth(server, identity, row)
    return { ok: false, status: null, message: createRedactor(secrets).text(error.message) }
  }
  if (row.status === 'needs_reauth') await clearMark(server, identity, row)
  return { ok: true, status: null, message: 'The server accepted the credentials' }
}

const SELECT_1 = { sql: 'select 1 as one', values: {}, maxRows: 1, onMoreRows: 'fail' } as const
const LOGIN_FAILURES: ReadonlySet<string> = new Set(['SQL_LOGIN_FAILED', 'MAIL_LOGIN_FAILED'])

async function markForReauth(server: ServerContext, identity: Identity, row: ConnectionRow): Promise<void> {
  if (isProvided(row)) return
  const { tenant_id: tenantId, connection_id: connectionId } = row
  const reason = 'The service did not accept the credentials'
  const isMarked = await server.database.withTenant(tenantId, async (tx) => {
    const now = await lockConnection(tx, tenantId, connectionId)
    if (now === null || now.status !== 'connected' || !hasSameCredentials(now, row)) return false
    await updateConnectionRow(tx, tenantId, connectionId, { status: 'needs_reauth', status_reason: reason })
    const at = server.now()
    const details = { reason }
    await insertAudit(tx, { identity, action: 'connection.needs_reauth', resource: connectionId, at, details })
    return true
  })
  if (isMarked) publishChange(server.bus, tenantId, { kind: 'connection', id: connectionId })
}

/** Node runs that wait continue: the service accepts the credentials that it did not accept before. */
async function clearMark(server: ServerContext, identity: Identity, row: ConnectionRow): Promise<void> {
  const { tenant_id: tenantId, connection_id: connectionId } = row
  const isCleared = await changeConnection(
    server,
    { tenantId, connectionId },
    {
      endsWaits: (now) => hasSameCredentials(now, row),
      apply: async (tx, now, isEnd) => {
        if (!isEnd) return false
        const set = { status: 'connected', status_reason: null, generation: now.generation + 1 } as const
        await updateConnectionRow(tx, tenantId, connectionId, set)
        await insertAudit(tx, { identity, action: 'connection.reconnect', resource: connectionId, at: server.now() })
        return true
      },
    },
  )
  if (isCleared) publishChange(server.bus, tenantId, { kind: 'connection', id: connectionId })
}

/** Checks that no other secrets or values were entered while the test ran. */
function hasSameCredentials(now: ConnectionRow, used: ConnectionRow): boolean {
  const partsOf = (row: ConnectionRow) => [row.generation, row.markers, row.field_values, row.allowed_hosts].join()
  return partsOf(now) === partsOf(used)
}
