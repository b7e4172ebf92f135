import type { ConnectionInfo, ConnectionTest } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { defineNode, implementNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const connectionParam = z.string().meta({ control: 'connection', literal: true })
const shape = { version: 1, icon: 'M4 12h16', category: 'action', summary: 'Acts', effect: 'write' } as const
const store = defineNode({
  ...{ ...shape, type: 'acme/store', title: 'Store', description: 'Stores a row' },
  params: z.object({ connection: connectionParam, name: z.string() }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.unknown() },
})
const notify = defineNode({
  ...{ ...shape, type: 'acme/notify', title: 'Notify', description: 'Sends an email' },
  params: z.object({ connection: connectionParam }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.unknown() },
})
const storeNode = implementNode(store, async ({ params, sql, idempotencyKey, connection }) => {
  const statement = 'insert into people (name) values (:name) returning id, name, current_user::text as role'
  const { rows } = await sql.write({
    sql: statement,
    values: { name: params.name },
    maxRows: 1,
    completionKey: idempotencyKey,
  })
  return { port: 'success', output: { rows, values: { ...connection?.values } } }
})
const notifyNode = implementNode(notify, async ({ mail, idempotencyKey }) => {
  const message = { from: 'a@acme.example', to: ['b@acme.example'], subject: 'Hi', text: 'Hi', idempotencyKey }
  return { port: 'success', output: await mail.send(message) }
})

let postgres: TestPostgres
let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>
let url: URL
const mails: string[] = []
const smtp = new SMTPServer({
  ...{ authOptional: true, allowInsecureAuth: true },
  disabledCommands: ['STARTTLS'],
  onAuth: ({ password }, _session, done) =>
    password === 'canary-mail' ? done(null, { user: 'ada' }) : done(new Error('Unknown user')),
  onData(stream, { envelope }, done) {
    stream.resume().on('end', () => {
      mails.push(...envelope.rcptTo.map(({ address }) => address))
      done()
    })
  },
})

beforeAll(async () => {
  const [started, opened] = await Promise.all([startTestPostgres(), openServerPGlite()])
  postgres = started
  pglite = opened
  url = new URL(await postgres.createDatabase())
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  server = await openTestServer({
    ...{ database: { pglite }, nodes: [...testNodes, storeNode, notifyNode], egress: { allow: ['127.0.0.1', '::1'] } },
  })
})
afterAll(async () => {
  await server.close()
  await postgres.stop()
  await new Promise<void>((resolve) => smtp.close(resolve))
})

type Created = ConnectionInfo & Pick<Problem, 'issues'>
const as = testIdentity()
const make = (connector: string, values: object, secrets: object = {}, status = 201) =>
  server.json<Created>(status, '/connections', {
    ...{ as, method: 'POST', body: { connector, name: connector, values, secrets } },
  })
const databaseOf = (change: object = {}) => ({
  ...{
    host: url.hostname,
    port: url.port,
    database: url.pathname.slice(1),
    username: decodeURIComponent(url.username),
  },
  ...{ access: 'write', tls: 'off', ...change },
})
const testOf = ({ id }: ConnectionInfo) =>
  server.json<ConnectionTest>(200, `/connections/${id}/test`, { as, method: 'POST' })
const acting = (type: string, params: { connection: string; name?: string }) =>
  workflow(
    [node('start', 'start'), node('act', type, params), node('end', 'end', { output: '{{nodes.act.output}}' })],
    ['start>act', 'act>end'],
  )

describe('connections to databases and mail servers', () => {
  test('are tested, and nodes write to a database once, without seeing the password', async () => {
    const password = decodeURIComponent(url.password) || 'canary-database'
    const connection = await make('postgres', databaseOf(), { password })
    expect(await testOf(connection)).toEqual({ ok: true, status: null, message: 'The server accepted the credentials' })
    expect(await testOf(await make('postgres', databaseOf({ username: 'missing' }), { password }))).toMatchObject({
      ok: false,
    })
    const table = 'create table people (id int generated always as identity, name text unique)'
    const admin = new pg.Client({ connectionString: url.href })
    await admin.connect()
    await admin.query(table)
    await admin.end()
    const workflowId = await publish(server, as, acting('acme/store', { connection: connection.id, name: 'Ada' }))
    const run = await runToEnd(server, as, workflowId, {})
    expect(run).toMatchObject({ status: 'completed', output: { rows: [{ id: 1, name: 'Ada' }] } })
    expect(JSON.stringify(run)).not.toContain(password)
    // Another run is another write.
    expect(await runToEnd(server, as, workflowId, {})).toMatchObject({
      status: 'failed',
      error: { code: 'SQL_FAILED' },
    })
    const wrong = await publish(server, as, acting('acme/notify', { connection: connection.id }))
    expect(await runToEnd(server, as, wrong, {})).toMatchObject({ error: { code: 'CONNECTION_REFUSED' } })
  })

  test('send email, with or without a user', async () => {
    const { port } = smtp.server.address() as { port: number }
    const at = { host: '127.0.0.1', port: String(port), tls: 'off' }
    const connection = await make('smtp', { ...at, username: 'ada' }, { password: 'canary-mail' })
    expect(await testOf(connection)).toMatchObject({ ok: true })
    const workflowId = await publish(server, as, acting('acme/notify', { connection: connection.id }))
    expect(await runToEnd(server, as, workflowId, {})).toMatchObject({ status: 'completed' })
    expect(mails).toEqual(['b@acme.example'])
    const unknown = await make('smtp', { ...at, username: 'ada' }, { password: 'canary-wrong' })
    const failed = await testOf(unknown)
    expect([failed.ok, failed.message.includes('canary')]).toEqual([false, false])
    // Node runs wait for such a connection instead of failing.
    const { status } = await server.json<ConnectionInfo>(200, `/connections/${unknown.id}`, { as })
    expect(status).toBe('needs_reauth')
    expect(await testOf(await make('smtp', at))).toMatchObject({ ok: true })
  })

  test.each<[string, string, object, object]>([
    ['values.host', 'postgres', { host: 'https://db.example' }, {}],
    ['values.port', 'postgres', { port: '70000' }, {}],
    ['values.ca', 'postgres', { ca: 'no certificate' }, {}],
    ['values.tls', 'postgres', { tls: 'maybe' }, {}],
    ['values.access', 'postgres', { access: '' }, {}],
    ['secrets.password', 'postgres', {}, { password: 'short' }],
    ['values.username', 'smtp', { username: 'ada' }, {}],
  ])('refuse a faulty %s', async (path, connector, values, secrets) => {
    const base = connector === 'smtp' ? { host: 'mail.example', port: '25', tls: 'tls' } : databaseOf()
    const given = connector === 'smtp' ? {} : { password: 'canary-password' }
    const { issues } = await make(connector, { ...base, ...values }, { ...given, ...secrets }, 422)
    expect(issues?.map((issue) => issue.path.join('.'))).toContain(path)
  })
})
