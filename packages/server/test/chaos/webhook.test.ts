import { createHmac } from 'node:crypto'
import type {
  AcceptedWebhook,
  FileInfo,
  Page,
  Run,
  RunSummary,
  StartedRun,
  Trigger,
  TriggerEvent,
  Workflow,
} from '@tenon/core/api'
import type { SecretMarker } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { expect, test } from 'vitest'
import type { TickResult } from '../../src/tick/tick.ts'
import {
  call,
  publishDocument,
  publishTrigger,
  type ServerProcess,
  signalOf,
  useServerProcesses,
} from './server-processes.ts'
import type { OrdersToSave } from './webhook-process.ts'

/** Messages, each of which is sent three times. `npm run chaos` sends more. */
const MESSAGES = process.env['TENON_CHAOS'] === '1' ? 10_000 : 200
const AT_ONCE = 24
/** Transactions of a host, each of which requests a run. */
const ORDERS = process.env['TENON_CHAOS'] === '1' ? 10_000 : 300
const KILLS = 4
/** Megabytes of a large file, up to the limit of all files. */
const LARGE_MB = process.env['TENON_CHAOS'] === '1' ? 100 : 60
const SECRET = 'sign-with-this'

const processes = useServerProcesses()

/** Creates and publishes hook → end, signed as Stripe does. @returns The path of its address. */
async function publishWebhook(url: string): Promise<{ readonly workflowId: string; readonly path: string }> {
  const { id } = await call<Workflow>(`${url}/workflows`, { name: 'Orders' })
  const secret = { nodeType: 'webhook', typeVersion: 1, param: 'secret', value: SECRET }
  const marker = await call<SecretMarker>(`${url}/workflows/${id}/secrets`, secret)
  await publishTrigger(url, id, node('hook', 'webhook', { signature: 'stripe', secret: { ...marker } }))
  const trigger = await call<Trigger>(`${url}/workflows/${id}/triggers/hook`)
  return { workflowId: id, path: new URL(trigger.url ?? '').pathname }
}

/** Sends a message until a server accepts it, as a sender does. @returns The run. */
async function deliver(servers: readonly ServerProcess[], path: string, id: string, turn: number): Promise<string> {
  const text = JSON.stringify({ id })
  for (let attempt = 0; ; attempt += 1) {
    const seconds = Math.floor(Date.now() / 1_000)
    const signature = createHmac('sha256', SECRET).update(`${seconds}.${text}`).digest('hex')
    const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${seconds},v1=${signature}` }
    const { url = '' } = servers[(turn + attempt) % servers.length] ?? {}
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: text }).catch(() => null)
    if (response?.ok === true) return ((await response.json()) as AcceptedWebhook).runId
    if (attempt > 100) throw new Error(`The message was not accepted: ${response?.status}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('messages that are sent three times, out of order, to two processes of which one is killed, start one run each', async () => {
  const servers = [await processes.start()]
  const [first] = servers as [ServerProcess]
  const { workflowId, path } = await publishWebhook(first.url)
  servers.push(await processes.start())
  // The same message comes three times, far apart and at once.
  const waiting = Array.from({ length: MESSAGES * 3 }, (_, turn) => ({ id: `evt_${(turn * 7) % MESSAGES}`, turn }))
  const runs = new Map<string, Set<string>>()
  let accepted = 0
  const send = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const runId = await deliver(servers, path, next.id, next.turn)
      runs.set(next.id, (runs.get(next.id) ?? new Set()).add(runId))
      accepted += 1
      // In the middle of the messages of the first round, with others in flight.
      if (accepted !== Math.floor(MESSAGES / 2)) continue
      first.process.kill('SIGKILL')
      servers[0] = await processes.start()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, send))
  expect(accepted).toBe(MESSAGES * 3)
  expect(runs.size).toBe(MESSAGES)
  expect([...runs.values()].filter(({ size }) => size !== 1)).toEqual([])
  const known = new Set([...runs.values()].flatMap((ids) => [...ids]))
  const found: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page<RunSummary> = await call(
      `${servers[1]?.url}/runs?workflowId=${workflowId}&limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    found.push(...page.items.map(({ runId }) => runId))
    cursor = page.nextCursor
  }
  expect(found).toHaveLength(MESSAGES)
  expect(new Set(found)).toEqual(known)
}, 1_800_000)

test('orders that a host saves with their runs start one run each, with rollbacks and kills of its processes', async () => {
  const sql = new pg.Client({ connectionString: processes.databaseUrl() })
  await sql.connect()
  const first = await processes.start()
  await sql.query('create table orders (id text primary key, run_id text not null)')
  const { id: workflowId } = await call<Workflow>(`${first.url}/workflows`, { name: 'Orders' })
  await call(`${first.url}/workflows/${workflowId}/versions`, {})
  const all = Array.from({ length: ORDERS }, (_, index) => ({
    ...{ id: `o-${index}`, end: index % 5 === 0 ? ('rollback' as const) : ('commit' as const) },
  }))
  const saved = async () =>
    new Map((await sql.query('select id, run_id from orders')).rows.map((row) => [row.id, row.run_id]))
  let saver = first
  let kills = 0
  for (let waiting = all; waiting.length > 0; ) {
    const batch: OrdersToSave = { workflowId, orders: waiting.slice(0, ORDERS / 6) }
    const isDone = new Promise<boolean>((resolve) => {
      saver.process.once('message', () => resolve(true))
      saver.process.once('exit', () => resolve(false))
    })
    saver.process.send(batch)
    // Somewhere in the transactions, or in the starts of runs that were committed.
    if (kills < KILLS) setTimeout(() => saver.process.kill('SIGKILL'), 20 + kills * 15)
    if (!(await isDone)) {
      kills += 1
      saver = await processes.start()
    }
    const done = await saved()
    const tried = new Set(batch.orders.map(({ id }) => id))
    waiting = waiting.filter(({ id, end }) => !(end === 'commit' ? done.has(id) : tried.has(id)))
  }
  expect(kills).toBe(KILLS)
  const expected = [...(await saved()).values()].sort()
  expect(expected).toHaveLength(all.filter(({ end }) => end === 'commit').length)
  const started = async () => {
    const { rows } = await sql.query('select run_id from tenon.runs where workflow_id = $1 order by run_id', [
      workflowId,
    ])
    return rows.map((row) => row.run_id)
  }
  // None is missing, none is left of a rollback, and none is there twice. Leases of killed processes end first.
  await expect.poll(async () => (await started()).length, { timeout: 60_000, interval: 500 }).toBe(expected.length)
  expect(await started()).toEqual(expected)
  await sql.end()
}, 1_800_000)

test('a message whose process is killed after its claim, its start or its decision starts one run when it is sent again', async () => {
  const healthy = await processes.start()
  for (const write of ['claim', 'start', 'decision'] as const) {
    const killed = await processes.start(write)
    const { workflowId, path } = await publishWebhook(healthy.url)
    const exited = new Promise((resolve) => killed.process.once('exit', (_code, signal) => resolve(signal)))
    // The first delivery goes to the process that dies, and the sender sends it to the other one then.
    const runId = await deliver([killed, healthy], path, 'evt_1', 0)
    expect(await exited).toBe('SIGKILL')
    expect(await deliver([healthy], path, 'evt_1', 0)).toBe(runId)
    const runs: Page<RunSummary> = await call(`${healthy.url}/runs?workflowId=${workflowId}`)
    expect(runs.items.map((run) => run.runId)).toEqual([runId])
    const events: Page<TriggerEvent> = await call(`${healthy.url}/workflows/${workflowId}/triggers/hook/events`)
    expect(events.items).toMatchObject([{ outcome: 'started', runId }])
  }
}, 120_000)

test('the times of two hours without a server start one run each, though processes are killed and others race', async () => {
  const first = await processes.start()
  const dueAt = Math.floor(Date.now() / 60_000) * 60_000 - 2 * 3_600_000
  const from = `${new Date(dueAt).toISOString().slice(0, 19)}Z`
  const params = { repeat: 'interval', every: '30m', from, catchUp: 'all', overlap: 'allow' }
  const publishSchedule = async () => {
    const { id } = await call<Workflow>(`${first.url}/workflows`, { name: 'Report' })
    await publishTrigger(first.url, id, node('clock', 'schedule', params))
    return id
  }
  const writes = ['start', 'decision', 'advance'] as const
  const ids = [await publishSchedule(), await publishSchedule(), await publishSchedule()] as const
  first.process.kill('SIGKILL')

  const client = new pg.Client({ connectionString: processes.databaseUrl() })
  await client.connect()
  await client.query(`select set_config('tenon.tenant', '*', false)`)
  for (const [index, write] of writes.entries()) {
    const due = 'update tenon.schedules set due_at = $1, wake_at = 0 where workflow_id = $2'
    await client.query(due, [dueAt, ids[index]])
    const killed = processes.fork(write)
    expect(await new Promise((resolve) => killed.once('exit', (_code, signal) => resolve(signal)))).toBe('SIGKILL')
  }
  // The leases end again and again, so that both processes work on the same times. A process that has lost its claim stores
  // nothing, so the leases last longer and longer: at last, each is long enough for a time.
  const [one] = await Promise.all([processes.start(), processes.start()])
  const lapse = 'update tenon.schedules set wake_at = 0 where due_at <= $1 returning 1'
  for (let leaseMs = 5; (await client.query(lapse, [Date.now()])).rowCount !== 0; leaseMs *= 2) {
    await new Promise((resolve) => setTimeout(resolve, leaseMs))
  }
  await client.end()
  for (const id of ids) {
    const runs: Page<RunSummary> = await call(`${one.url}/runs?workflowId=${id}`)
    const events: Page<TriggerEvent> = await call(`${one.url}/workflows/${id}/triggers/clock/events`)
    expect(events.items.every(({ outcome }) => outcome === 'started')).toBe(true)
    const times = events.items.map((event) => (Date.parse(event.dueAt ?? '') - dueAt) / 1_800_000)
    expect(times.sort()).toEqual([0, 1, 2, 3, 4])
    expect(new Set(runs.items.map(({ runId }) => runId))).toEqual(new Set(events.items.map(({ runId }) => runId)))
    expect(runs.items).toHaveLength(5)
  }
}, 120_000)

test('each item of a poll starts one run, whichever process is killed at whichever write', async () => {
  const sql = new pg.Client({ connectionString: processes.databaseUrl() })
  await sql.connect()
  await sql.query(`select set_config('tenon.tenant', '*', false)`)
  await sql.query('create table feed_items (id text primary key)')
  await sql.query('grant select on feed_items to public')
  const first = await processes.start()
  const writes = ['start', 'advance'] as const
  const ids: string[] = []
  for (const _ of writes) {
    const { id } = await call<Workflow>(`${first.url}/workflows`, { name: 'Items' })
    await publishTrigger(first.url, id, node('feed', 'feed', { begin: 'all', every: '1h' }))
    ids.push(id)
  }
  const polled = 'select count(*)::int as count from tenon.polls where workflow_id = any($1) and cursor = $2'
  const untilPolled = (cursor: string) => async () => (await sql.query(polled, [ids, cursor])).rows[0].count
  await expect.poll(untilPolled('0'), { timeout: 20_000 }).toBe(writes.length)
  first.process.kill('SIGKILL')

  await sql.query(`insert into feed_items select 'item ' || n from generate_series(1, 5) n`)
  for (const [index, write] of writes.entries()) {
    await sql.query('update tenon.schedules set wake_at = 0 where workflow_id = $1', [ids[index]])
    const killed = processes.fork(write)
    expect(await new Promise((resolve) => killed.once('exit', (_code, signal) => resolve(signal)))).toBe('SIGKILL')
  }
  // The cursor has passed no item, since none of the processes has stored the ids of all.
  expect(await untilPolled('5')()).toBe(0)
  const [one] = await Promise.all([processes.start(), processes.start()])
  const lapse = `update tenon.schedules set wake_at = 0 from tenon.polls
    where polls.workflow_id = schedules.workflow_id and polls.workflow_id = any($1) and polls.cursor = '0'`
  for (let leaseMs = 5; (await sql.query(lapse, [ids])).rowCount !== 0; leaseMs *= 2) {
    await new Promise((resolve) => setTimeout(resolve, leaseMs))
  }
  await sql.end()
  for (const id of ids) {
    const runs: Page<RunSummary> = await call(`${one.url}/runs?workflowId=${id}`)
    const events: Page<TriggerEvent> = await call(`${one.url}/workflows/${id}/triggers/feed/events`)
    expect(events.items.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'started'))
    expect(new Set(runs.items.map(({ runId }) => runId))).toEqual(new Set(events.items.map(({ runId }) => runId)))
    expect(runs.items).toHaveLength(5)
  }
}, 120_000)

/** Sends bytes as a file, and returns the answer; null if the process has died. */
async function upload(url: string, body: BodyInit): Promise<FileInfo | null> {
  const headers = { 'content-type': 'application/octet-stream' }
  const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
  const response = await fetch(`${url}/files?name=a.bin`, init).catch(() => null)
  return response === null ? null : ((await response.json()) as FileInfo)
}

test('a file whose process is killed during the upload or before the outcome of its node is not left for ever', async () => {
  const sql = new pg.Client({ connectionString: processes.databaseUrl() })
  await sql.connect()
  await sql.query(`select set_config('tenon.tenant', '*', false)`)
  const files = async () => {
    const { rows } = await sql.query(
      `select file_id, state, size::integer, unused_since is null as is_used,
        (select count(*)::integer from tenon.file_chunks c where c.file_id = f.file_id) as parts,
        exists (select from tenon.payloads p where p.hash = f.mark) as is_kept
      from tenon.files f order by created_at, file_id`,
    )
    return rows
  }
  const during = await processes.start('part')
  const died = signalOf(during.process)
  expect(await upload(during.url, new Uint8Array(1_200_000))).toBeNull()
  expect(await died).toBe('SIGKILL')
  // It cannot be read, and the retention deletes it an hour after its last part.
  expect(await files()).toMatchObject([{ state: 'uploading', parts: 1, is_used: false, is_kept: false }])

  const healthy = await processes.start()
  const { id: workflowId } = await call<Workflow>(`${healthy.url}/workflows`, { name: 'Notes' })
  const noting = workflow(
    [node('start', 'start'), node('note', 'note'), node('end', 'end', { outcome: 'done' })],
    [...['start>note', 'note>end']],
  )
  await publishDocument(healthy.url, workflowId, noting)
  healthy.process.kill('SIGKILL')
  const before = await processes.start('file')
  const diedLater = signalOf(before.process)
  const run = await call<StartedRun>(`${before.url}/workflows/${workflowId}/runs`, { input: {} })
  expect(await diedLater).toBe('SIGKILL')
  const after = await processes.start()
  const status = async () => (await call<Run>(`${after.url}/runs/${run.runId}`)).status
  await expect.poll(status, { timeout: 60_000, interval: 300 }).toBe('completed')
  const [, first, second] = await files()
  // The run has the file of its second attempt only; the other one is deleted after a day.
  expect([first, second]).toMatchObject([
    { state: 'ready', size: 5, is_used: false, is_kept: false },
    { state: 'ready', size: 5, is_kept: true },
  ])
  await sql.end()
}, 120_000)

test('a run whose process is killed within a tick is continued by the ticks of another one', async () => {
  const ticking = { TICKS: '1' }
  const killed = await processes.start('file', ticking)
  const { id: workflowId } = await call<Workflow>(`${killed.url}/workflows`, { name: 'Ticks' })
  const noting = workflow(
    [node('start', 'start'), node('note', 'note'), node('end', 'end', { outcome: 'done' })],
    [...['start>note', 'note>end']],
  )
  await publishDocument(killed.url, workflowId, noting)
  const run = await call<StartedRun>(`${killed.url}/workflows/${workflowId}/runs`, { input: {} })
  const died = new Promise((resolve) => killed.process.once('exit', (_code, signal) => resolve(signal)))
  killed.process.send('tick')
  expect(await died).toBe('SIGKILL')
  const other = await processes.start(undefined, ticking)
  const tick = () =>
    new Promise<TickResult>((resolve) => {
      other.process.once('message', (result: TickResult) => resolve(result))
      other.process.send('tick')
    })
  let runs = 0
  // The lease has to end first, then the time in which its worker could have renewed it.
  const status = async () => {
    runs += (await tick()).runs
    return (await call<Run>(`${other.url}/runs/${run.runId}`)).status
  }
  await expect.poll(status, { timeout: 30_000, interval: 100 }).toBe('completed')
  expect(runs).toBe(1)
}, 120_000)

test('a large file needs little memory of the server, up and down', async () => {
  const { process: child, url } = await processes.start()
  const peakBytes = () =>
    new Promise<number>((resolve) => {
      child.once('message', ({ peakBytes: peak }: { readonly peakBytes: number }) => resolve(peak))
      child.send('memory')
    })
  /** Sends and reads a file of as many megabytes. @returns Bytes that were read. */
  const exchange = async (megabytes: number): Promise<number> => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === megabytes) return controller.close()
        sent += 1
        controller.enqueue(new Uint8Array(1_000_000).fill(sent))
      },
    })
    const stored = await upload(url, body)
    const response = await fetch(`${url}/files/${stored?.ref.file}/content`)
    let read = 0
    for await (const bytes of response.body ?? []) read += bytes.byteLength
    return read
  }
  // Code and pools first.
  await exchange(8)
  const before = await peakBytes()
  expect(await exchange(LARGE_MB)).toBe(LARGE_MB * 1_000_000)
  expect(await peakBytes()).toBeLessThan(before + (LARGE_MB * 1_000_000) / 2)
}, 120_000)
