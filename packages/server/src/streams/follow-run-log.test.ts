import type { RunEvent } from '@tenon/core/run'
import { runTopic } from '@tenon/runtime'
import { describe, expect, test } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { type FollowContext, type FollowOptions, followRunLog } from './follow-run-log.ts'
import { createRunTails, type TailOptions } from './run-tails.ts'

const RUN = { tenantId: 't', runId: 'r' }
const gone = new Error('The database is gone')

const eventOf = (seq: number, type = 'node_log', size = 0): RunEvent =>
  ({ seq, type, at: seq, data: { message: 'x'.repeat(size) } }) as unknown as RunEvent

/** A server whose database is a list, with counts of what is asked of it and of its bus. */
function openServer(options: TailOptions = { pollMs: 60_000 }) {
  const bus = createInProcessBus()
  const events: RunEvent[] = []
  const closing = new AbortController()
  const state = { listeners: 0, runs: 0, reads: 0, isAway: false, now: 0 }
  const reader = {
    getRun: async () => {
      state.runs += 1
      if (state.isAway) throw gone
      const isOver = events.some((event) => event.type === 'run_completed')
      return { status: isOver ? 'completed' : 'running', nextSeq: events.length + 1 } as never
    },
    readEvents: async (_tenantId: string, _runId: string, after: number, limit = 500) => {
      state.reads += 1
      if (state.isAway) throw gone
      return events.filter((event) => event.seq > after).slice(0, limit)
    },
  }
  const countingBus = {
    ...bus,
    subscribe(topic: string, listener: Parameters<typeof bus.subscribe>[1]) {
      state.listeners += 1
      const unsubscribe = bus.subscribe(topic, listener)
      return () => {
        state.listeners -= 1
        unsubscribe()
      }
    },
  }
  const server: FollowContext = {
    reader,
    runTails: createRunTails({ bus: countingBus, reader }, options),
    now: () => state.now,
    closing: closing.signal,
  }
  const append = (count: number, type = 'node_log', { isHeard = true, size = 0 } = {}): void => {
    for (let index = 0; index < count; index += 1) events.push(eventOf(events.length + 1, type, size))
    if (isHeard) bus.publish(runTopic('t', 'r'), { seq: events.length })
  }
  return { server, state, append, close: () => closing.abort() }
}

function follow(server: FollowContext, fields: Partial<FollowOptions> = {}) {
  const reader = new AbortController()
  const batches = followRunLog(server, { ...RUN, after: 0, abortSignal: reader.signal, ...fields })
  const seqs: number[] = []
  /** Reads until a `seq` has come. */
  const until = async (seq: number): Promise<readonly number[]> => {
    while (seqs.at(-1) !== seq) {
      const { done, value } = await batches.next()
      if (done === true) throw new Error(`ended before ${seq}`)
      seqs.push(...(value ?? []).map((event) => event.seq))
    }
    return seqs
  }
  return { batches, until, seqs, stop: () => reader.abort() }
}

const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, index) => from + index)

describe('followRunLog', () => {
  test('gives the backlog, then what is appended, then the end', async () => {
    const { server, append } = openServer()
    append(3)
    const { batches, until } = follow(server)
    expect(await until(3)).toEqual(upTo(3))
    append(2)
    expect(await until(5)).toEqual(upTo(5))
    append(1, 'run_completed')
    expect(await until(6)).toEqual(upTo(6))
    expect(await batches.next()).toEqual({ done: true, value: true })
  })

  test('1,500 who follow one run cost as many readings as one', async () => {
    const cost = async (followers: number) => {
      const { server, state, append } = openServer()
      append(10)
      const all = Array.from({ length: followers }, () => follow(server))
      await Promise.all(all.map(({ until }) => until(10)))
      for (let round = 1; round <= 20; round += 1) {
        append(1)
        await Promise.all(all.map(({ until }) => until(10 + round)))
      }
      append(1, 'run_completed')
      await Promise.all(all.map(({ until }) => until(31)))
      expect(all.every(({ seqs }) => seqs.length === 31)).toBe(true)
      const { runs, reads, listeners } = state
      return { runs, reads, listeners }
    }
    const one = await cost(1)
    expect(await cost(1_500)).toEqual(one)
    expect(one).toMatchObject({ runs: 1, listeners: 2 })
    expect(one.reads).toBeLessThanOrEqual(50)
  })

  test('a long log is read by each from where they are, and by one from its end on', async () => {
    const { server, state, append } = openServer()
    append(3_200)
    const [whole, late] = [follow(server), follow(server, { after: 3_150 })]
    expect(await whole.until(3_200)).toEqual(upTo(3_200))
    expect(await late.until(3_200)).toEqual(upTo(3_200, 3_151))
    const before = state.reads
    append(1)
    await Promise.all([whole.until(3_201), late.until(3_201)])
    expect(state.reads - before).toBeLessThanOrEqual(2)
  })

  test('one that reads slowly loses nothing while more is appended than is kept', async () => {
    const { server, append } = openServer()
    append(1)
    const [slow, fast] = [follow(server), follow(server)]
    await Promise.all([slow.until(1), fast.until(1)])
    for (let round = 1; round <= 5; round += 1) {
      append(600)
      await fast.until(1 + round * 600)
    }
    expect(await slow.until(3_001)).toEqual(upTo(3_001))
  })

  test('keeps events by their size: older ones are read from the database again', async () => {
    const { server, state, append } = openServer()
    append(9, 'node_log', { size: 1_000_000 })
    const first = follow(server)
    await first.until(9)
    const before = state.reads
    expect(await follow(server, { after: 6 }).until(9)).toEqual(upTo(9, 7))
    expect(state.reads).toBe(before)
    expect(await follow(server).until(9)).toEqual(upTo(9))
    expect(state.reads).toBe(before + 1)
    await first.batches.return(false)
  })

  test('keeps nothing beyond what all runs may take together, and gives back what a run took', async () => {
    const { server, state, append } = openServer({ pollMs: 60_000, maxTotalSize: 1_500_000 })
    append(1, 'node_log', { size: 1_000_000 })
    const other = { tenantId: 'other' }
    const open = async (run: Partial<FollowOptions>) => {
      const follower = follow(server, run)
      await follower.until(1)
      return () => follower.batches.return(false)
    }
    const readsOfOneMore = async () => {
      const before = state.reads
      const leave = await open(other)
      await leave()
      return state.reads - before
    }
    const leaves = [await open({}), await open(other)]
    expect(await readsOfOneMore()).toBe(1)
    for (const leave of leaves) await leave()
    await open(other)
    expect(await readsOfOneMore()).toBe(0)
  })

  test('begins after any seq, also one that is still to come', async () => {
    const { server, append } = openServer()
    append(5)
    const [middle, ahead] = [follow(server, { after: 3 }), follow(server, { after: 7 })]
    expect(await middle.until(5)).toEqual([4, 5])
    append(4)
    expect(await middle.until(9)).toEqual(upTo(9, 4))
    expect(await ahead.until(9)).toEqual([8, 9])
  })

  test('finds events of which it was not notified, by reading again', async () => {
    const { server, append } = openServer({ pollMs: 1 })
    append(1)
    const { until } = follow(server)
    await until(1)
    append(1, 'node_log', { isHeard: false })
    expect(await until(2)).toEqual([1, 2])
  })

  test('gives heartbeats while nothing happens', async () => {
    const { server, state, append } = openServer()
    append(1)
    const { batches, until } = follow(server, { heartbeatMs: 1 })
    await until(1)
    state.now = 10
    expect(await batches.next()).toEqual({ done: false, value: null })
  })

  test('leaves nothing behind once all have gone, and begins anew for the next', async () => {
    const { server, state, append } = openServer()
    append(1)
    const [one, two] = [follow(server), follow(server)]
    await Promise.all([one.until(1), two.until(1)])
    one.stop()
    expect(await one.batches.next()).toEqual({ done: true, value: false })
    expect(state.listeners).toBe(2)
    await two.batches.return(false)
    expect(state.listeners).toBe(0)
    append(1)
    expect(await follow(server).until(2)).toEqual([1, 2])
    expect(state.runs).toBe(2)
  })

  test('ends when the server closes', async () => {
    const { server, append, close } = openServer()
    append(1)
    const { batches, until } = follow(server)
    await until(1)
    const next = batches.next()
    close()
    expect(await next).toEqual({ done: true, value: false })
  })

  test('fails for all when the run cannot be read, leaves no listener behind, and works again later', async () => {
    const { server, state, append } = openServer()
    append(1)
    state.isAway = true
    const [one, two] = [follow(server), follow(server)]
    await Promise.all([expect(one.until(1)).rejects.toBe(gone), expect(two.until(1)).rejects.toBe(gone)])
    expect(state.listeners).toBe(0)
    state.isAway = false
    expect(await follow(server).until(1)).toEqual([1])
  })
})
