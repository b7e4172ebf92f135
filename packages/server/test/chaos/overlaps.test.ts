import type { Page, RunSummary, TriggerEvent, Workflow } from '@tenon/core/api'
import { node, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { expect, test } from 'vitest'
import { call, publishDocument, signalOf, useServerProcesses } from './server-processes.ts'

const processes = useServerProcesses()
const TIMES = 5

/** Runs and events of a schedule with five times in the past, of which no run ends by itself, after kills at two writes. */
async function afterKills(overlap: 'skip' | 'queue' | 'cancel') {
  const first = await processes.start()
  const dueAt = Math.floor(Date.now() / 60_000) * 60_000 - 2 * 3_600_000
  const from = `${new Date(dueAt).toISOString().slice(0, 19)}Z`
  const params = { repeat: 'interval', every: '30m', from, catchUp: 'all', overlap }
  const { id } = await call<Workflow>(`${first.url}/workflows`, { name: overlap })
  const waiting = workflow(
    [node('clock', 'schedule', params), node('ask', 'approval', {}), node('end', 'end')],
    ['clock>ask', 'ask:approve>end'],
  )
  await publishDocument(first.url, id, waiting)
  first.process.kill('SIGKILL')
  const sql = new pg.Client({ connectionString: processes.databaseUrl() })
  await sql.connect()
  await sql.query(`select set_config('tenon.tenant', '*', false)`)
  await sql.query('update tenon.schedules set due_at = $1, wake_at = 0 where workflow_id = $2', [dueAt, id])
  for (const write of ['start', 'advance'] as const) {
    expect(await signalOf(processes.fork(write))).toBe('SIGKILL')
    await sql.query('update tenon.schedules set wake_at = 0 where workflow_id = $1', [id])
  }
  // The leases end again and again, so that both processes work on the same times.
  const [one] = await Promise.all([processes.start(), processes.start()])
  const lapse = 'update tenon.schedules set wake_at = 0 where workflow_id = $1 and due_at <= $2 returning 1'
  for (let leaseMs = 5; (await sql.query(lapse, [id, Date.now()])).rowCount !== 0; leaseMs *= 2) {
    await new Promise((resolve) => setTimeout(resolve, leaseMs))
  }
  const waitingTimes = async () =>
    (await sql.query('select waiting_at from tenon.schedules where workflow_id = $1', [id])).rows[0].waiting_at
  const hasWaiting = (await waitingTimes()) !== null
  await sql.end()
  const runs = async () => (await call<Page<RunSummary>>(`${one.url}/runs?workflowId=${id}`)).items
  const { items: events } = await call<Page<TriggerEvent>>(`${one.url}/workflows/${id}/triggers/clock/events`)
  const count = async (status: string) => (await runs()).filter((run) => run.status === status).length
  const outcomes = events.map(({ outcome }) => outcome).sort()
  return { outcomes, count, hasWaiting }
}

test('times that overlap keep their policy, though processes are killed and others race', async () => {
  const skip = await afterKills('skip')
  expect(skip.outcomes).toEqual(['skipped', 'skipped', 'skipped', 'skipped', 'started'])
  await expect.poll(() => skip.count('waiting'), { timeout: 20_000 }).toBe(1)
}, 120_000)

test('a time that cancels the run before leaves one run, though processes are killed and others race', async () => {
  const cancel = await afterKills('cancel')
  expect(cancel.outcomes).toEqual(Array.from({ length: TIMES }, () => 'started'))
  await expect.poll(() => cancel.count('canceled'), { timeout: 30_000 }).toBe(TIMES - 1)
  await expect.poll(() => cancel.count('waiting'), { timeout: 20_000 }).toBe(1)
}, 120_000)

test('one time at most waits for the run before, though processes are killed and others race', async () => {
  const queue = await afterKills('queue')
  expect(queue.outcomes).toEqual(['skipped', 'skipped', 'skipped', 'started'])
  expect(queue.hasWaiting).toBe(true)
  await expect.poll(() => queue.count('waiting'), { timeout: 20_000 }).toBe(1)
}, 120_000)
