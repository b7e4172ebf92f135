import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import type { FixtureData } from '../../../test/fixtures/fixture-data.ts'
import { loopRun } from '../../../test/fixtures/loop-runs.ts'
import { escalatedRun } from '../../../test/fixtures/ticket-runs.ts'
import { createRunStore, momentOf, type RunStore } from './run-store.ts'

/** A store whose frames come by hand: the backlog of the fixture client is left out. */
function openStore(data: FixtureData = {}) {
  const fixture = createFixtureClient(data)
  const due: (() => void)[] = []
  const store = createRunStore({
    client: fixture.client,
    runId: FIXTURE_RUN_ID,
    schedule: (callback) => {
      due.push(callback)
      return () => due.splice(due.indexOf(callback), 1)
    },
  })
  const paint = () => {
    for (const callback of due.splice(0)) callback()
  }
  return { fixture, store, paint, due }
}

const log = escalatedRun()

describe('createRunStore', () => {
  test('does nothing before it is started and nothing after it is stopped', () => {
    const { fixture, store } = openStore()
    expect(fixture.listeners()).toBe(0)
    const stop = store.start()
    expect(fixture.listeners()).toBe(1)
    stop()
    expect(fixture.listeners()).toBe(0)
    store.start()
    expect(fixture.listeners()).toBe(1)
  })

  test('shows a run as its server knows it until the first event arrives, and how far its log has been read', () => {
    const { fixture, store, paint } = openStore()
    const startedAt = '2026-11-23T09:00:00.000Z'
    const known = { status: 'running', startedAt, finishedAt: null, outcome: null, error: null } as const
    store.start()
    store.showUntilRead(known)
    expect(store.snapshot()).toMatchObject({ lastSeq: 0, reading: null })
    expect(store.snapshot().live).toMatchObject({ status: 'running', startedAt: Date.parse(startedAt) })
    expect(store.snapshot().view).toBe(store.snapshot().live)
    for (const frame of log.frames) fixture.push(frame)
    paint()
    const read = store.snapshot().live
    store.showUntilRead({ ...known, startedAt: '2020-01-01T00:00:00.000Z' })
    expect(store.snapshot().live).toBe(read)
  })

  test('folds everything that comes between two frames at once', () => {
    const { fixture, store, paint, due } = openStore()
    let changes = 0
    store.start()
    store.subscribe(() => {
      changes += 1
    })
    for (const frame of log.frames) fixture.push(frame)
    expect(due).toHaveLength(1)
    expect(store.snapshot().lastSeq).toBe(0)
    paint()
    expect(changes).toBe(1)
    expect(store.snapshot()).toMatchObject({ lastSeq: log.frames.length, cursor: null })
    expect(store.snapshot().view.status).toBe('completed')
    expect(store.entries).toHaveLength(log.frames.length)
  })

  test('keeps node runs that did not change as the same objects', () => {
    const { fixture, store, paint } = openStore()
    store.start()
    fixture.push(...log.frames.slice(0, 14))
    paint()
    const before = store.snapshot().view.nodeRuns.get('analyze')
    fixture.push(...log.frames.slice(14))
    paint()
    expect(store.snapshot().view.nodeRuns.get('analyze')).toBe(before)
  })

  test('looks at any moment while the run goes on, and back at the run', () => {
    const { fixture, store, paint } = openStore()
    store.start()
    fixture.push(...log.frames.slice(0, 20))
    paint()
    store.seek(5)
    expect(store.snapshot()).toMatchObject({ cursor: 5, lastSeq: 20 })
    expect(store.snapshot().view.nodeRuns.get('policy')).toBeUndefined()
    const past = store.snapshot().view
    fixture.push(...log.frames.slice(20))
    paint()
    expect(store.snapshot().view).toBe(past)
    expect(store.snapshot().live.status).toBe('completed')
    store.seek(null)
    expect(store.snapshot().view.status).toBe('completed')
  })

  test('keeps a moment within the log', () => {
    const { fixture, store, paint } = openStore()
    store.start()
    fixture.push(...log.frames.slice(0, 8))
    paint()
    store.seek(900)
    expect(store.snapshot().cursor).toBe(8)
    store.seek(-3)
    expect(store.snapshot().cursor).toBe(1)
  })

  test('passes over events that come twice', () => {
    const { fixture, store, paint } = openStore()
    store.start()
    fixture.push(...log.frames.slice(0, 6))
    fixture.push(...log.frames.slice(2, 9))
    paint()
    expect(store.entries.map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('reads the log again from its start when a part is missing', () => {
    const { fixture, store, paint } = openStore()
    store.start()
    fixture.push(...log.frames.slice(0, 4))
    paint()
    fixture.push(...log.frames.slice(7, 9))
    paint()
    expect(fixture.listeners()).toBe(1)
    fixture.push(...log.frames)
    paint()
    expect(store.snapshot().view.status).toBe('completed')
    expect(store.entries).toHaveLength(log.frames.length)
  })

  test('drops what it had not shown when it is stopped', () => {
    const { fixture, store, due } = openStore()
    const stop = store.start()
    fixture.push(...log.frames)
    stop()
    expect(due).toEqual([])
    expect(store.snapshot().lastSeq).toBe(0)
  })
})

describe('createRunStore for a long log', () => {
  const long = loopRun({ count: 80, failed: [] })
  const { length } = long.frames
  const itemOf = (store: RunStore) =>
    [...store.snapshot().view.nodeRuns.keys()].find((nodeRunId) => nodeRunId.endsWith('#3'))

  function openLong() {
    const opened = openStore({ frames: long.frames, viewAt: length - 5 })
    const arrive = async () => {
      await new Promise((resolve) => setTimeout(resolve, 0))
      opened.paint()
    }
    return { ...opened, arrive }
  }

  test('begins with its view, and loads the items that are shown', async () => {
    const { fixture, store, paint, arrive } = openLong()
    store.start()
    paint()
    expect(store.snapshot()).toMatchObject({ isPartial: true, lastSeq: length - 5 })
    await arrive()
    expect(store.snapshot()).toMatchObject({ isPartial: true, lastSeq: length })
    expect(store.snapshot().view.status).toBe('completed')
    expect(store.entries).toEqual([])
    expect(itemOf(store)).toBeUndefined()
    const nodeRunId = 'missing#3'
    fixture.fail('runs.viewPart', new TenonError('UNAVAILABLE', 'The server restarts'))
    store.loadPartOf(nodeRunId)
    await arrive()
    store.loadPartOf(nodeRunId)
    expect(fixture.calls.filter(({ name }) => name === 'runs.viewPart')).toHaveLength(1)
    fixture.fail('runs.viewPart', null)
    store.loadPartOf('missing#40')
    store.loadPartOf('other#41')
    await arrive()
    expect(fixture.calls.filter(({ name }) => name === 'runs.viewPart')).toHaveLength(2)
    expect([...store.snapshot().view.nodeRuns.keys()].some((id) => id.endsWith('#40'))).toBe(true)
    store.loadPartOf('missing#42')
    store.loadPartOf('outside')
    expect(fixture.calls.filter(({ name }) => name === 'runs.viewPart')).toHaveLength(2)
  })

  test('loads the log when it is shown, and keeps its view until then', async () => {
    const { store, paint, arrive } = openLong()
    store.start()
    paint()
    store.seek(7)
    expect(store.snapshot()).toMatchObject({ isPartial: true, cursor: null, lastSeq: length - 5 })
    await arrive()
    expect(store.snapshot()).toMatchObject({ isPartial: false, cursor: 7, lastSeq: length })
    expect(store.entries).toHaveLength(length)
    expect(store.snapshot().view.seq).toBe(7)
    expect(itemOf(store)).toBeUndefined()
    store.seek(null)
    expect(itemOf(store)).toBeDefined()
    store.loadLog()
    store.loadPartOf('missing#40')
    expect(store.snapshot().isPartial).toBe(false)
  })

  test('continues where it was when it is stopped and started again', async () => {
    const { store, paint, arrive } = openLong()
    const stop = store.start()
    paint()
    stop()
    store.start()
    await arrive()
    expect(store.snapshot()).toMatchObject({ isPartial: true, lastSeq: length })
    stop()
    store.loadLog()
    store.start()
    await arrive()
    expect(store.snapshot()).toMatchObject({ isPartial: false, lastSeq: length })
  })
})

describe('momentOf', () => {
  test('is the event looked at, then the end of the run', () => {
    const { fixture, store, paint } = openStore()
    store.start()
    fixture.push(...log.frames)
    paint()
    expect(momentOf(store, store.snapshot())).toBe(log.frames.at(-1)?.at)
    store.seek(7)
    expect(momentOf(store, store.snapshot())).toBe(log.frames[6]?.at)
  })
})
