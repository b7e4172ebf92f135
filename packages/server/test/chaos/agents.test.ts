import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { node, workflow } from '@tenon/core/testing'
import { startTestPostgres, type TestPostgres } from '@tenon/runtime/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sized } from '../../../runtime/test/chaos/chaos-size.ts'
import { hasTemporal, type OwnDevServer, startDevServer } from '../../../runtime/test/temporal/dev-server.ts'
import { bundleShellOnce, newTaskQueue } from '../../../runtime/test/temporal/open-temporal.ts'
import { startAgentServices } from './agent-services.ts'
import type { DocumentsOrder } from './documents-order.ts'
import { bundleServer, endProcess, startServerProcess } from './server-process.ts'

const CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', `tenon-agents-${process.pid}`)
/** Time within which a run continues after its process was killed, on a machine with other work. */
const PATIENT = { timeout: 240_000, interval: 500 }
const LONGEST_MS = 1_800_000
const ANSWER = 'amount 1 · lost · paid back 1'

let postgres: TestPostgres
beforeAll(async () => {
  const [started] = await Promise.all([startTestPostgres({ keepsCommits: true }), bundleServer(CACHE)])
  postgres = started
}, 120_000)
afterAll(async () => {
  await postgres.stop()
  rmSync(CACHE, { recursive: true, force: true })
})

/** An agent with a tool that reads, one that fails twice, and one that writes after an approval. */
function refunds(url: string) {
  const tool = (name: string, nodeType: string, params: object, more: object = {}) => ({
    ...{ name, description: '', nodeType, typeVersion: 1, params: { ...params }, open: {}, approval: 'never' },
    ...more,
  })
  const tools = [
    tool('order', 'http-call', { url: `${url}/orders/{{input.order}}` }),
    tool('carrier', 'http-call', { url: `${url}/carrier/{{input.order}}` }, { attempts: 8 }),
    tool(
      'refund',
      'key-value',
      { operation: 'increment', key: 'refund-{{input.order}}' },
      { open: { amount: { description: 'Euros' } }, approval: 'always' },
    ),
  ]
  const inputSchema = { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] }
  return workflow(
    [
      node('start', 'start', { inputSchema }),
      node('agent', 'agent', { prompt: 'Refund order {{input.order}}', tools }),
      node('done', 'end', {
        output: { text: '{{nodes.agent.output.text}}', calls: '{{nodes.agent.output.toolCalls}}' },
      }),
    ],
    ['start>agent', 'agent>done'],
  )
}

/** Kills the process when the log of a run reaches each length in turn; the next run begins with the next process. */
async function killedAtEveryEvent(temporal: DocumentsOrder['temporal'], everyNth: number): Promise<void> {
  const databaseUrl = await postgres.createDatabase()
  await using services = await startAgentServices()
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  const order: DocumentsOrder = { databaseUrl, modelUrl: services.modelUrl, textractPort: 4_500, temporal }
  let server = await startServerProcess(CACHE, order)
  let isOver = false
  const decide = async () => {
    const open = (await server.client.approvals.list({ status: 'open' })).items
    for (const { approvalId } of open) await server.client.approvals.decide(approvalId, { choice: 'approve' })
  }
  /** Approves what is asked, whichever process is there; one that dies meanwhile is asked again. */
  const approving = (async () => {
    while (!isOver) {
      await decide().catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  const lengthOf = async (runId: string) => {
    const { rows } = await database.query<{ next_seq: string; status: string }>(
      'select next_seq, status from tenon.runs where run_id = $1',
      [runId],
    )
    return { events: Number(rows[0]?.next_seq ?? 0) - 1, isEnded: rows[0]?.status === 'completed' }
  }
  try {
    const { id } = await server.client.workflows.create({ name: 'Refunds', document: refunds(services.url) })
    await server.client.versions.publish(id)
    const start = async (number: number) =>
      (await server.client.runs.start(id, { input: { order: String(number) } })).runId
    const quiet = await start(0)
    await expect.poll(async () => (await lengthOf(quiet)).isEnded, PATIENT).toBe(true)
    const { events: longest } = await lengthOf(quiet)
    const runs = [quiet]
    const killedAt: number[] = []
    for (let at = 1; at <= longest; at += everyNth) {
      const runId = await start(at)
      runs.push(runId)
      for (;;) {
        const { events, isEnded } = await lengthOf(runId)
        if (events >= at || isEnded) {
          killedAt.push(events)
          break
        }
      }
      await endProcess(server.process)
      server = await startServerProcess(CACHE, order)
    }
    const outputs = () => Promise.all(runs.map(async (runId) => (await server.client.runs.get(runId)).output))
    await expect.poll(outputs, PATIENT).toEqual(runs.map(() => ({ text: ANSWER, calls: 3 })))
    const asked = await Promise.all(
      runs.map(async (runId) => (await server.client.approvals.list({ runId })).items.length),
    )
    expect(asked).toEqual(runs.map(() => 1))
    const { rows: paid } = await database.query<{ value: string }>(
      "select value::text as value from tenon.key_values where key like 'refund-%'",
    )
    expect(paid.map(({ value }) => Number(value))).toEqual(runs.map(() => 1))
    // Events are stored append by append, so that several of them share a point at which a process can die.
    expect(new Set(killedAt).size).toBeGreaterThanOrEqual(sized({ short: 2, full: 10 }))
  } finally {
    isOver = true
    await approving
    await endProcess(server.process)
    await database.end()
  }
}

describe('an agent with three tools, killed at events of its log', () => {
  test(
    'embedded: one write, one approval, the same answer',
    () => killedAtEveryEvent(null, sized({ short: 16, full: 1 })),
    LONGEST_MS,
  )
})

if (await hasTemporal()) {
  describe('an agent on Temporal, killed at events of its log', () => {
    let dev: OwnDevServer
    beforeAll(async () => {
      dev = await startDevServer()
      writeFileSync(join(CACHE, 'shell.js'), (await bundleShellOnce()).code)
    }, 400_000)
    afterAll(() => dev.stop())
    test(
      'one write, one approval, the same answer',
      async () => {
        const { address } = dev
        const temporal = { address, taskQueue: newTaskQueue(), bundle: join(CACHE, 'shell.js') }
        await killedAtEveryEvent(temporal, sized({ short: 20, full: 1 }))
      },
      LONGEST_MS,
    )
  })
}
