import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TenonClient } from '@tenon/core/client'
import { FILE_SCHEMA, type NodePolicy, type WorkflowDocument } from '@tenon/core/document'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasTemporal, type OwnDevServer, startDevServer } from '../../../runtime/test/temporal/dev-server.ts'
import { bundleShellOnce, newTaskQueue } from '../../../runtime/test/temporal/open-temporal.ts'
import { AWS_KEY, AWS_REGION } from '../../../runtime/test/textract-simulator.ts'
import type { DocumentsOrder } from './documents-order.ts'
import { invoicePdf, type Moment, startInvoiceServices } from './invoice-services.ts'
import { bundleServer, endProcess, startServerProcess } from './server-process.ts'

const CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', `tenon-documents-${process.pid}`)
const SIDES = ['before', 'after'] as const
const MOMENTS: readonly Moment[] = (['copy', 'begin', 'read', 'extract', 'check', 'store', 'notify'] as const).flatMap(
  (at) => SIDES.map((side) => ({ at, side })),
)
const LIMIT = 500
/**
 * Time within which runs continue after their process was killed, with a poll that does not take the machine from them.
 * Temporal hands a node to another worker 12 s after the last heartbeat, a decision after 10 s, and a message that the
 * process had claimed after 30 s. On a fifth of a core they all ask for their approvals after 51 s.
 */
const PATIENT = { timeout: 240_000, interval: 500 }
/** Longest duration of a test, which waits four times. */
const LONGEST_MS = 4 * PATIENT.timeout

let postgres: TestPostgres
beforeAll(async () => {
  const [started] = await Promise.all([startTestPostgres({ keepsCommits: true }), bundleServer(CACHE)])
  postgres = started
}, 120_000)
afterAll(async () => {
  await postgres.stop()
  rmSync(CACHE, { recursive: true, force: true })
})

/** Document → text → fields → rules → row → a person, above a limit → email. */
function pipeline(connections: { readonly aws: string; readonly database: string; readonly mail: string }) {
  const fast: NodePolicy = {
    retry: { initialInterval: '100ms', backoffCoefficient: 1, maximumInterval: '100ms', maximumAttempts: 5 },
  }
  const fields = '{{nodes.extract.output}}'
  return workflow(
    [
      node('start', 'start', {
        inputSchema: { type: 'object', properties: { invoice: FILE_SCHEMA }, required: ['invoice'] },
      }),
      withPolicy(
        node('read', 'textract-ocr', { connection: connections.aws, bucket: 'scans', file: '{{input.invoice}}' }),
        fast,
      ),
      withPolicy(
        node('extract', 'llm-transform', { prompt: 'Read this invoice.\n{{nodes.read.output.text}}', schema: INVOICE }),
        { ...fast, onError: 'fail' },
      ),
      withPolicy(node('check', 'guardrails', { policy: 'The total equals the sum of the lines.', text: fields }), fast),
      withPolicy(
        node('store', 'postgres-write', {
          connection: connections.database,
          sql: 'insert into invoices (number, supplier, total) values (:number, :supplier, :total) returning number',
          values: {
            number: '{{nodes.extract.output.number}}',
            supplier: '{{nodes.extract.output.supplier}}',
            total: '{{nodes.extract.output.total}}',
          },
        }),
        fast,
      ),
      node('large', 'if-else', { left: '{{nodes.extract.output.total}}', operator: '>', right: LIMIT }),
      node('approval', 'approval', { title: 'Pay {{nodes.extract.output.number}}?' }),
      withPolicy(
        node('notify', 'send-email', {
          ...{ connection: connections.mail, from: 'books@acme.example', subject: 'Stored', text: 'It was stored.' },
          to: '{{nodes.extract.output.number}}@acme.example',
          repeatIfUnknown: true,
        }),
        fast,
      ),
      node('done', 'end', { outcome: 'notified', output: { number: '{{nodes.extract.output.number}}' } }),
      node('wrong', 'end', { outcome: 'wrong' }),
    ],
    [
      ...['start>read', 'read>extract', 'extract>check', 'check:pass>store', 'check:fail>wrong', 'store>large'],
      ...['large:true>approval', 'large:false>notify', 'approval:approve>notify', 'approval:reject>wrong'],
      'notify>done',
    ],
  )
}

const INVOICE = {
  type: 'object',
  properties: {
    ...{ number: { type: 'string' }, date: { type: 'string' }, supplier: { type: 'string' } },
    lines: {
      type: 'array',
      items: { type: 'object', properties: { item: { type: 'string' }, amount: { type: 'number' } } },
    },
    total: { type: 'number' },
  },
  required: ['number', 'date', 'supplier', 'lines', 'total'],
}

async function killedEverywhere(temporal: DocumentsOrder['temporal']): Promise<void> {
  const [databaseUrl, targetUrl] = [await postgres.createDatabase(), new URL(await postgres.createDatabase())]
  await using services = await startInvoiceServices(Number(targetUrl.port))
  const target = new pg.Client({ connectionString: targetUrl.href })
  await target.connect()
  await target.query('create table invoices (number text, supplier text, total numeric)')
  const { holds, textract, mails, modelUrl } = services
  const order: DocumentsOrder = { databaseUrl, modelUrl, textractPort: textract.port, temporal }
  let server = await startServerProcess(CACHE, order)
  try {
    const connections = await connect(server.client, services, targetUrl)
    const workflowId = await publish(server.client, pipeline(connections))
    const start = async (number: string, total: string) => {
      const content = new Blob([invoicePdf(number, total)], { type: 'application/pdf' })
      const { ref } = await server.client.files.upload(content, { name: `${number}.pdf` })
      const { runId } = await server.client.runs.start(workflowId, { input: { invoice: ref } })
      return { number, runId }
    }
    const planned = MOMENTS.map((moment, index) => ({ ...moment, number: `INV-${index + 10}` }))
    for (const { number, ...moment } of planned) holds.plan(number, moment)
    const held = await Promise.all(planned.map(({ number }) => start(number, '1000.00')))
    const waiting = await start('INV-50', '1000.00')
    const wrong = await start('INV-51', '999.00')
    // A person decides about those that are to reach their emails; the others of them are asked after the kill.
    const early = held.slice(-SIDES.length)
    await Promise.all(early.map(({ runId }) => approve(server.client, runId)))
    await expect.poll(() => planned.filter(({ number }) => !holds.reached.has(number)), PATIENT).toEqual([])
    await expect.poll(async () => (await server.client.runs.get(waiting.runId)).status, PATIENT).toBe('waiting')

    await endProcess(server.process)
    server = await startServerProcess(CACHE, order)
    await Promise.all([...held.slice(0, -SIDES.length), waiting].map(({ runId }) => approve(server.client, runId)))
    const outcomeOf = async ({ runId }: { readonly runId: string }) => (await server.client.runs.get(runId)).outcome
    await expect
      .poll(() => Promise.all([...held, waiting, wrong].map(outcomeOf)), PATIENT)
      .toEqual([...[...held, waiting].map(() => 'notified'), 'wrong'])

    const numbers = [...held, waiting].map(({ number }) => number).sort()
    const { rows } = await target.query<{ number: string }>('select number from invoices order by number')
    expect(rows.map(({ number }) => number)).toEqual(numbers)
    // One email each, by its Message-ID. A server that has accepted one just before the kill gets a second copy of it.
    expect([...new Map(mails.map(({ to, messageId }) => [messageId, to])).values()].sort()).toEqual(
      numbers.map((number) => `${number}@ACME.EXAMPLE`),
    )
    expect(mails.length - numbers.length).toBe(1)
    // Every document was read by one job, all parts of its result arrived, and its copy was deleted.
    expect(textract.jobs.size).toBe(held.length + 2)
    expect(textract.objects.size).toBe(0)
    const nodeRuns = (await server.client.runs.ledger(held[0]?.runId ?? '')).nodeRuns
    expect(nodeRuns.find(({ nodeId }) => nodeId === 'read')?.output).toMatchObject({ pageCount: 3, warnings: [] })
  } finally {
    await endProcess(server.process)
    await target.end()
  }
}

describe('invoices that are read, checked, stored and approved, with a process killed at each node', () => {
  test('embedded: one row and one email each', () => killedEverywhere(null), LONGEST_MS)
})

if (await hasTemporal()) {
  describe('invoices on Temporal, with a process killed at each node', () => {
    let dev: OwnDevServer
    beforeAll(async () => {
      dev = await startDevServer()
      writeFileSync(join(CACHE, 'shell.js'), (await bundleShellOnce()).code)
    }, 400_000)
    afterAll(() => dev.stop())
    test(
      'one row and one email each',
      async () => {
        const { address } = dev
        await killedEverywhere({ address, taskQueue: newTaskQueue(), bundle: join(CACHE, 'shell.js') })
      },
      LONGEST_MS,
    )
  })
}

async function connect(
  client: TenonClient,
  { databasePort, smtpPort }: { readonly databasePort: number; readonly smtpPort: number },
  target: URL,
) {
  const make = async (connector: string, values: Readonly<Record<string, string>>, secrets: object) =>
    (await client.connections.create({ connector, name: connector, values, secrets: { ...secrets } })).id
  const { accessKeyId, secretAccessKey } = AWS_KEY
  return {
    aws: await make('aws-local', { accessKeyId, region: AWS_REGION }, { secretAccessKey }),
    database: await make(
      'postgres',
      {
        ...{ host: '127.0.0.1', port: `${databasePort}`, database: target.pathname.slice(1) },
        ...{ username: target.username, access: 'insert', tls: 'off' },
      },
      { password: 'canary-password' },
    ),
    mail: await make('smtp', { host: '127.0.0.1', port: `${smtpPort}`, tls: 'off' }, {}),
  }
}

async function publish(client: TenonClient, document: WorkflowDocument): Promise<string> {
  const { id } = await client.workflows.create({ name: 'Invoices', document })
  await client.versions.publish(id)
  return id
}

/** Approves what a run asks, once it does; a failure shows the state in which it is instead. */
async function approve(client: TenonClient, runId: string): Promise<void> {
  const ask = async () => {
    const [open] = (await client.approvals.list({ runId, status: 'open' })).items
    if (open !== undefined) return { approvalId: open.approvalId }
    const { status, health } = await client.runs.get(runId)
    return { status, health }
  }
  await expect.poll(ask, PATIENT).toEqual({ approvalId: expect.any(String) })
  const { approvalId = '' } = await ask()
  await client.approvals.decide(approvalId, { choice: 'approve' })
}
