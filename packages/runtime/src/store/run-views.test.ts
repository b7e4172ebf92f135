import { randomUUID } from 'node:crypto'
import { createPartialFold, foldRunEvents, type RunEvent, type RunView, viewPartOf } from '@tenon/core/run'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plainView } from '../interpreter/testing/view-in-parts.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { appendOfNewRun } from '../testing/append-of-new-run.ts'
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from '../testing/databases.ts'
import type { Append, PendingEvent } from './append.ts'
import { type Appender, createAppender } from './appender.ts'
import { postgresRunReader } from './run-reader.ts'
import { createRunViews, type RunViews } from './run-views.ts'

const event = (body: PendingEvent['body'], id: string, turnOffset: number): PendingEvent => ({
  ...{ class: 'decision', id, at: 1, turnOffset, causeOffset: null },
  body,
})

/** The events of iterations of a loop, each in a turn of its own, with a value each. */
function iterations(from: number, count: number): readonly PendingEvent[] {
  return Array.from({ length: count }, (_, step) => {
    const index = from + step
    const output = { hash: `h${index}`, size: 5, inline: `v${index}` }
    return [
      event({ type: 'iteration_started', nodeRunId: 'each', data: { index } }, `b${index}`, step + 1),
      event(
        {
          type: 'node_scheduled',
          nodeRunId: `a#${index}`,
          data: { pass: 1, mode: 'inline', queue: null, resume: null },
        },
        `s${index}`,
        step + 1,
      ),
      event(
        {
          type: 'node_completed',
          nodeRunId: `a#${index}`,
          data: { pass: 1, attempt: 1, port: 'success', output, durationMs: 0 },
        },
        `c${index}`,
        step + 1,
      ),
    ]
  }).flat()
}

describe.each(TEST_DATABASES)('stored views on %s', (kind) => {
  let opened: TestDatabase
  let database: RuntimeDatabase
  let appender: Appender
  let views: RunViews

  beforeAll(async () => {
    opened = await openTestDatabase(kind)
    database = opened.database
    appender = createAppender(database)
    views = createRunViews(database)
  })
  afterAll(() => opened.close())

  /** Stores a run, and appends iterations to it. */
  async function openRun() {
    const run = { tenantId: `t-${randomUUID()}`, runId: 'r' }
    await appender.append(appendOfNewRun({ ...run, at: 1, operations: [] }))
    let turn = 1
    const add = async (count: number): Promise<void> => {
      const events = iterations(turn - 1, count)
      const rest = { status: null, create: null, patch: null, payloads: [], operations: [] } as const
      const append: Append = { ...run, kind: 'advance', expectTurn: turn, turns: count, events, ...rest }
      expect(await appender.append(append)).toMatchObject({ outcome: 'ok' })
      turn += count
    }
    const events = async (): Promise<readonly RunEvent[]> =>
      await postgresRunReader(database).readEvents(run.tenantId, run.runId, 0, 100_000)
    return { run, add, events }
  }

  async function fold({ run, events }: Awaited<ReturnType<typeof openRun>>): Promise<RunView> {
    const snapshot = await views.read(run)
    if (snapshot === null) throw new RangeError('There is no view')
    const log = await events()
    const partial = createPartialFold(snapshot)
    for (const entry of log) partial.apply(entry)
    const keys = new Set(log.flatMap((entry) => ('nodeRunId' in entry ? [viewPartOf(entry.nodeRunId ?? '')] : [])))
    for (const key of keys) {
      if (partial.hasPart(key)) continue
      const at = await views.readPart(run, key)
      if (at !== null) partial.addPart(key, at.part, at.seq)
    }
    return partial.view()
  }

  test('and the events after them are the view of the whole log, by whichever process it was folded', async () => {
    const opened = await openRun()
    const { run, add, events } = opened
    expect(await views.read(run)).toBeNull()
    expect(await views.readPart(run, '0')).toBeNull()
    expect(await views.advance(run, 500)).toBeNull()
    await add(400)
    // Three processes, one of which opens the run twice.
    const others = [views, views, createRunViews(database), createRunViews(database)]
    for (let isMore = true; isMore; ) {
      isMore = (await Promise.all(others.map((each) => each.advance(run, 500)))).some((view) => view !== null)
    }
    const first = await views.read(run)
    expect(first?.head.seq).toBeGreaterThanOrEqual(900)
    expect(plainView(await fold(opened))).toEqual(plainView(foldRunEvents(await events())))
    await add(300)
    expect(plainView(await fold(opened))).toEqual(plainView(foldRunEvents(await events())))
    while (await views.advance(run, 1));
    expect((await views.read(run))?.head.seq).toBe(2_101)
    expect(plainView(await fold(opened))).toEqual(plainView(foldRunEvents(await events())))
    expect((await views.readPart(run, ''))?.part.nodeRuns.map(([, { nodeRunId }]) => nodeRunId)).toEqual(
      [...foldRunEvents(await events()).nodeRuns.keys()].filter((id) => viewPartOf(id) === ''),
    )
    expect(JSON.stringify(await views.readPart(run, '3'))).not.toContain('inline')
  })

  test('the events of one node run are read without those of the others, page by page', async () => {
    const { run, add, events } = await openRun()
    // Rows of about 64 kB: of several appends, a page is of 40 rows.
    for (let append = 0; append < 45; append += 1) await add(10)
    const log = await events()
    const reader = postgresRunReader(database)
    const of = (nodeRunId: string) => log.filter((entry) => 'nodeRunId' in entry && entry.nodeRunId === nodeRunId)
    const page = { after: 0, iterations: false }
    const last = log.length
    // Not those of a#30, whose id begins with the same text.
    expect(await reader.readNodeRunEvents(run, 'a#3', page)).toEqual({ seq: last, events: of('a#3'), hasMore: false })
    const [begun] = of('a#3')
    const rest = await reader.readNodeRunEvents(run, 'a#3', { ...page, after: begun?.seq ?? 0 })
    expect(rest).toEqual({ seq: last, events: of('a#3').slice(1), hasMore: false })
    expect(await reader.readNodeRunEvents(run, 'a#3', { ...page, after: last })).toEqual({
      ...{ seq: last, events: [], hasMore: false },
    })
    const first = await reader.readNodeRunEvents(run, 'each', { after: 0, iterations: true })
    const next = await reader.readNodeRunEvents(run, 'each', { after: first.seq, iterations: true })
    expect([first.hasMore, next.hasMore, next.seq]).toEqual([true, false, last])
    expect([...first.events, ...next.events]).toEqual(of('each'))
    const without = await reader.readNodeRunEvents(run, 'each', page)
    expect(without).toEqual({ seq: first.seq, events: [], hasMore: true })
    // Texts of any kind are no patterns.
    for (const odd of ['%', '"', 'a#_', '\\', '\0']) {
      expect((await reader.readNodeRunEvents(run, odd, page)).events).toEqual([])
    }
    const foreign = { ...run, tenantId: `t-${randomUUID()}` }
    expect(await reader.readNodeRunEvents(foreign, 'a#3', page)).toEqual({ seq: 0, events: [], hasMore: false })
  })

  test('are of whole turns, cost little to continue, and are none of another tenant', async () => {
    const { run, add } = await openRun()
    await add(700)
    await views.advance(run, 500)
    // One event, then three in each turn: those of the turn of the thousandth are left to the next call.
    expect((await views.read(run))?.head.seq).toBe(997)
    await views.advance(run, 500)
    const rows = await database.withTenant(run.tenantId, (tx) =>
      tx.selectFrom('run_views').select(['part', 'seq']).where('seq', '>', 997).execute(),
    )
    expect(rows.map(({ part }) => part).sort()).toEqual(['', ...Array.from({ length: 11 }, (_, at) => `${at + 10}`)])
    const foreign = { ...run, tenantId: `t-${randomUUID()}` }
    expect(await views.advance(foreign, 1)).toBeNull()
    expect(await views.read(foreign)).toBeNull()
  })

  test('of another form are folded anew, but for those of a later version, and go with their run', async () => {
    const opened = await openRun()
    const { run, add, events } = opened
    const update = (version: number) =>
      database.withTenant(run.tenantId, (tx) =>
        tx
          .updateTable('run_views')
          .set({ data: JSON.stringify({ version, head: {}, part: {} }) })
          .where('part', '=', '')
          .execute(),
      )
    await add(40)
    await views.advance(run, 1)
    await update(0)
    expect(await views.read(run)).toBeNull()
    expect(await views.advance(run, 1)).toBeNull()
    expect(plainView(await fold(opened))).toEqual(plainView(foldRunEvents(await events())))
    await update(99)
    expect(await views.advance(run, 1)).toBeNull()
    expect(await views.read(run)).toBeNull()
    await database.withTenant(run.tenantId, (tx) => tx.deleteFrom('runs').where('run_id', '=', run.runId).execute())
    const left = await database.withTenant(run.tenantId, (tx) => tx.selectFrom('run_views').select('part').execute())
    expect(left).toEqual([])
    expect(await views.advance(run, 1)).toBeNull()
  })

  /** Changes the text of a stored part. */
  const store = (tenantId: string, part: string, data: string) =>
    database.withTenant(tenantId, (tx) => tx.updateTable('run_views').set({ data }).where('part', '=', part).execute())
  const storedParts = (tenantId: string) =>
    database.withTenant(tenantId, (tx) => tx.selectFrom('run_views').select(['part', 'data']).execute())

  test.each([
    ['the outer part', '', '{"version":1,'],
    ['the form of the outer part', '', '{"version":1,"head":{"seq":3},"part":{}}'],
    ['an inner part', '0', 'null'],
    ['the form of an inner part', '0', '{"nodeRuns":{}}'],
  ])('with a fault in %s are deleted when they are read, and folded anew', async (_, part, data) => {
    const opened = await openRun()
    const { run, add, events } = opened
    await add(70)
    await views.advance(run, 1)
    await store(run.tenantId, part, data)
    expect(await views.readPart(run, '0')).toBeNull()
    expect(await views.read(run)).toBeNull()
    expect(await views.advance(run, 1)).toBeNull()
    expect(plainView(await fold(opened))).toEqual(plainView(foldRunEvents(await events())))
    // When it is folded, too, and only then read.
    await store(run.tenantId, '2', data)
    await add(5)
    while (await views.advance(run, 1));
    expect(plainView(await fold(opened))).toEqual(plainView(foldRunEvents(await events())))
  })

  /** Views of a process that does something between reading the events of a batch and storing their view. */
  function viewsThatStop(act: () => Promise<unknown>): RunViews {
    let transactions = 0
    return createRunViews({
      ...database,
      withTenant: async (tenantId, work) => {
        transactions += 1
        if (transactions === 2) await act()
        return await database.withTenant(tenantId, work)
      },
    })
  }

  test('are not stored over those of another process, whatever its version, nor for a run that is deleted', async () => {
    const { run, add } = await openRun()
    await add(40)
    await views.advance(run, 1)
    const seq = (await views.read(run))?.head.seq
    await add(40)
    const newer = JSON.stringify({ version: 2, head: { seq }, part: {} })
    // The newer view is of the same event as the one that was read.
    expect(await viewsThatStop(() => store(run.tenantId, '', newer)).advance(run, 1)).toEqual({
      seq: expect.any(Number),
    })
    expect((await storedParts(run.tenantId)).find(({ part }) => part === '')?.data).toBe(newer)
    const other = await openRun()
    await other.add(40)
    const remove = () =>
      database.withTenant(other.run.tenantId, (tx) =>
        tx.deleteFrom('runs').where('run_id', '=', other.run.runId).execute(),
      )
    expect(await viewsThatStop(remove).advance(other.run, 1)).toBeNull()
    expect(await storedParts(other.run.tenantId)).toEqual([])
  })

  test('of a log that grows meanwhile are of whole turns, for each of many readers in two processes', async () => {
    const opened = await openRun()
    const { run, add, events } = opened
    await add(600)
    let isGrowing = true
    const seqs = new Set<number>()
    const follow = async (each: RunViews): Promise<void> => {
      while (isGrowing || (await each.advance(run, 1)) !== null) {
        await each.advance(run, 50)
        const seq = (await each.read(run))?.head.seq
        if (seq !== undefined) seqs.add(seq)
      }
    }
    const grow = async (): Promise<void> => {
      try {
        for (let count = 0; count < 10; count += 1) await add(40)
      } finally {
        isGrowing = false
      }
    }
    const other = createRunViews(database)
    await Promise.all([grow(), ...Array.from({ length: 6 }, (_, index) => follow(index % 2 === 0 ? views : other))])
    const log = await events()
    expect(seqs.size).toBeGreaterThan(1)
    for (const seq of seqs) expect(log[seq - 1]?.turn, `after ${seq}`).not.toBe(log[seq]?.turn)
    expect((await views.read(run))?.head.seq).toBe(log.length)
    expect(plainView(await fold(opened))).toEqual(plainView(foldRunEvents(log)))
  })
})
