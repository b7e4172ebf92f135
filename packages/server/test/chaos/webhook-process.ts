import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { defineNode, fileRefSchema, implementNode, implementTrigger, pollParams } from '@tenon/core/node'
import { embeddedEngine } from '@tenon/runtime'
import pg from 'pg'
import { z } from 'zod'
import { toNodeHandler } from '../../src/node/to-node-handler.ts'
import { plainKeys } from '../../src/testing/kit/plain-keys.ts'
import { nodesWithWebhook } from '../../src/testing/kit/test-nodes.ts'
import { createWorkflowServer } from '../../src/workflow-server.ts'

/** Writes of an event after which the process is to die; the environment names one. */
const WRITES = {
  claim: { pattern: /^insert into .*trigger_events/s, at: 'commit' },
  // The run is stored, and its decision is about to be.
  start: { pattern: /^update .*trigger_events/s, at: 'before' },
  decision: { pattern: /^update .*trigger_events/s, at: 'commit' },
  // The runs of a schedule are stored, and its next time is about to be.
  advance: { pattern: /^update .*schedules.*failing_from/s, at: 'before' },
  // The first part of a file is stored.
  part: { pattern: /^insert into .*file_chunks/s, at: 'commit' },
  // A file is whole, and neither its sender nor the run of its node knows it yet.
  file: { pattern: /^update .*"files" set "state"/s, at: 'commit' },
  // An endpoint has received an event, and its delivery is about to be stored as done.
  delivery: { pattern: /^update .*"webhook_deliveries" set "state"/s, at: 'before' },
} as const

type Query = (query: { readonly text: string }) => Promise<unknown>

/** Kills this process at a write of the first event, on the connection that does it. */
function killAt(client: { query: unknown }, { pattern, at }: (typeof WRITES)[keyof typeof WRITES]): void {
  const send = (client.query as Query).bind(client)
  let hasWritten = false
  client.query = async (query: { readonly text: string }) => {
    const isWrite = pattern.test(query.text)
    if (isWrite && at === 'before') process.kill(process.pid, 'SIGKILL')
    const result = await send(query)
    if (hasWritten && query.text === 'commit') process.kill(process.pid, 'SIGKILL')
    hasWritten ||= isWrite
    return result
  }
}

/** Stores a file. */
const noteNode = implementNode(
  defineNode({
    ...{ type: 'note', version: 1, title: 'Note', description: 'Stores a file', icon: 'M4 12h16', category: 'data' },
    ...{ params: z.object({}), ports: [{ name: 'success', title: 'Done' }], summary: 'Notes', effect: 'read' },
    outputs: { success: z.object({ note: fileRefSchema }) },
  }),
  async ({ files }) => {
    const note = await files.put('noted', { name: 'note.txt', type: 'text/plain' })
    return { port: 'success', output: { note } }
  },
)

/** Polls a table of the database. */
const feedNode = implementTrigger(
  defineNode({
    ...{ type: 'feed', version: 1, title: 'Feed', description: 'Begins with an item', icon: 'M4 12h16' },
    ...{ category: 'trigger', control: 'trigger', trigger: 'poll', inline: true, params: pollParams },
    ...{ ports: [{ name: 'success', title: 'success' }], outputs: { success: z.unknown() } },
    ...{ summary: 'Polls', effect: 'none' },
  }),
  {
    poll: async () => {
      const client = await pool.connect()
      try {
        const { rows } = await client.query<{ id: string }>({ text: 'select id from feed_items order by id' })
        return { items: rows.map(({ id }) => ({ id, data: { id } })), cursor: rows.length }
      } finally {
        client.release()
      }
    },
  },
)

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] ?? '', max: 8 })
const write = process.env['KILL_AFTER'] as keyof typeof WRITES | undefined
if (write !== undefined) pool.on('connect', (client) => killAt(client, WRITES[write]))

/** True for a process that works in ticks only: it ticks when its parent asks for it, and answers with the result. */
const isTicking = process.env['TICKS'] === '1'

/** A server of its own on a shared database, which sends its parent the port on which it listens. */
const automation = createWorkflowServer({
  database: { pool },
  engine: embeddedEngine(isTicking ? { leaseMs: 500, busyGraceMs: 0 } : {}),
  nodes: [...nodesWithWebhook, noteNode, feedNode],
  keyProvider: plainKeys,
  authenticate: () => ({ tenantId: 'acme', userId: 'ada', displayName: 'Ada', role: 'admin' }),
  publicUrl: 'https://app.example',
  limits: { rates: false, waitingPerTenant: 5_000 },
  egress: { allow: ['127.0.0.1/32'] },
  background: !isTicking,
})
await automation.migrate()
if (!isTicking) await automation.startWorker()
const server = createServer(toNodeHandler(automation))
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('message', async (message) => {
  if (message === 'tick') process.send?.(await automation.tick({ budgetMs: 20_000 }))
})
process.on('disconnect', () => process.exit(0))

/** Answers with the most memory that the process has had, in bytes, when its parent asks for it. */
process.on('message', (message) => {
  if (message === 'memory') process.send?.({ peakBytes: process.resourceUsage().maxRSS * 1_024 })
})

/** Orders for a process to save, each in a transaction that also requests a run of the workflow. */
export interface OrdersToSave {
  readonly workflowId: string
  readonly orders: readonly { readonly id: string; readonly end: 'commit' | 'rollback' }[]
}

/** Saves an order as a host does: with the run that starts after the commit. */
async function saveOrder(workflowId: string, { id, end }: OrdersToSave['orders'][number]): Promise<void> {
  const tx = await pool.connect()
  try {
    await tx.query('begin')
    const { runId } = await automation.start({ tx, tenantId: 'acme', workflowId, input: { order: id } })
    await tx.query('insert into orders (id, run_id) values ($1, $2)', [id, runId])
    await tx.query(end)
  } finally {
    tx.release()
  }
}

process.on('message', (message: OrdersToSave | 'memory' | 'tick') => {
  if (message === 'memory' || message === 'tick') return
  const { workflowId, orders } = message
  const waiting = [...orders]
  const save = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await saveOrder(workflowId, next)
  }
  void Promise.all(Array.from({ length: 4 }, save)).then(() => process.send?.('saved'))
})
