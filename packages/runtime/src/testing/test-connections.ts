import { TenonError } from '@tenon/core/errors'
import type { Login } from '../egress/logins.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { RunReader } from '../run-store.ts'
import type { SecretReader } from '../secret-reader.ts'

const AT = { host: 'server.example', port: 1, user: 'ada', password: 'canary-login', tls: 'off', ca: null } as const
const LOGINS: Readonly<Record<string, Login>> = {
  database: { ...AT, kind: 'postgres', database: 'd', access: 'write' },
  mail: { ...AT, kind: 'smtp' },
}

/**
 * Opens connections of tests, whose state follows from what is stored: `revoked` works once an event has connected it again,
 * for `stale` each run first sees the state from before that, and `down` cannot be read by the first attempt of a run.
 */
export function testConnections(database: RuntimeDatabase, reader: RunReader): SecretReader {
  return {
    reveal: async () => '',
    callbackUrl: async () => null,
    checkParamsBy: async (_tenantId, actor) => {
      if (actor?.userId === 'ben') throw new TenonError('FORBIDDEN', 'The connection is of another person')
    },
    openConnection: async ({ tenantId, runId }, connectionId) => {
      const login = LOGINS[connectionId]
      if (login !== undefined) {
        const connection = { connectionId, provider: login.kind, values: {} }
        return {
          connection,
          credentials: { headers: {}, query: {}, allowedHosts: [] },
          login,
          secrets: ['canary-login'],
        }
      }
      const again = await database.withTenant(tenantId, (tx) =>
        tx.selectFrom('event_buffer').select('event_id').where('kind', '=', 'connection').execute(),
      )
      const log = async () => reader.readEvents(tenantId, runId, 0)
      if (connectionId === 'down' && (await log()).every(({ type }) => type !== 'node_error')) {
        throw new TenonError('UNAVAILABLE', 'The key provider failed', { details: { waitsFor: 'key_provider' } })
      }
      const isFirst = async () => (await log()).every(({ type }) => type !== 'wait_opened')
      const isOver = connectionId === 'stale' ? await isFirst() : connectionId !== 'down' && again.length === 0
      if (isOver) return { reconnect: { connectionId: 'revoked', name: 'CRM', generation: 0 } }
      const connection = { connectionId, provider: 'bearer', values: {} }
      const credentials = { headers: { authorization: 'Bearer t' }, query: {}, allowedHosts: ['api.example.com'] }
      return { connection, credentials, secrets: [] }
    },
  }
}
