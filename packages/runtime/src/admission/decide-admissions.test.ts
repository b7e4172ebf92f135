import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareWaiting,
  decideAdmissions,
  type Lane,
  type QueueState,
  type RateState,
  rateName,
  type WaitingRun,
} from './decide-admissions.ts'

const run = (position: number, more: Partial<WaitingRun> = {}): WaitingRun => ({
  ...{ runId: `r${position}`, limit: null, rate: null, priority: 0, position, isChild: false },
  ...more,
})
const queue = (more: Partial<QueueState>): QueueState => ({
  ...{ isPaused: false, limit: null, inProgress: 0, rate: null, lanes: [] },
  ...{ inProgressOf: new Map(), startsOf: new Map() },
  ...more,
})
const lane = (waiting: readonly WaitingRun[], name = 'w', isPaused = false): Lane => ({
  ...{ isPaused, group: name, rateGroup: name },
  waiting,
})
const admitted = (more: Partial<QueueState>) => decideAdmissions(queue(more)).runIds

describe('decideAdmissions', () => {
  test('admits as many of a group as its limit allows, the first of them first, in all of its lanes', () => {
    const waiting = [run(1, { limit: 3 }), run(3, { limit: 3 }), run(4, { limit: 3 })]
    const inProgressOf = new Map([['w', 1]])
    expect(admitted({ lanes: [lane(waiting)], inProgressOf })).toEqual(['r1', 'r3'])
    const other = { ...lane([run(2, { limit: 3 })]), rateGroup: 'other' }
    expect(admitted({ lanes: [lane(waiting), other], inProgressOf })).toEqual(['r1', 'r2'])
  })

  test('lets no run pass one before it that waits for its workflow, whatever its own limit', () => {
    const waiting = [run(1, { limit: 1 }), run(2, { limit: 5 }), run(3)]
    expect(admitted({ lanes: [lane(waiting)], inProgressOf: new Map([['w', 1]]) })).toEqual([])
  })

  test('admits nothing of a paused workflow or tenant', () => {
    const lanes = [lane([run(1)], 'w', true), lane([run(2)], 'x')]
    expect(admitted({ lanes })).toEqual(['r2'])
    expect(admitted({ lanes, isPaused: true })).toEqual([])
  })

  test('fills the limit of the tenant by priority, then in the order of the requests', () => {
    const lanes = [
      lane([run(1, { priority: -1 })], 'w'),
      lane([run(2), run(4)], 'x'),
      lane([run(3, { priority: 1 })], 'y'),
    ]
    expect(admitted({ lanes, limit: 3 })).toEqual(['r3', 'r2', 'r4'])
    expect(admitted({ lanes, limit: 3, inProgress: 3 })).toEqual([])
  })

  test('admits children beyond the limit of the tenant, since their parents count against it, past runs that wait for it', () => {
    const lanes = [lane([run(1, { limit: 1 }), run(2, { isChild: true, limit: 1 })])]
    expect(admitted({ lanes, limit: 2, inProgress: 2 })).toEqual(['r2'])
    const rate = { limit: 1, started: 1, opensAt: 70 }
    expect(decideAdmissions(queue({ lanes, rate }))).toEqual({
      runIds: ['r2'],
      openings: [{ lane: null, at: 70 }],
      isFinal: true,
    })
  })

  test('admits as many as a rate allows, and says when it allows the next', () => {
    const rate = { limit: 3, intervalMs: 60_000 }
    const waiting = [run(1, { rate }), run(2, { rate }), run(3, { rate })]
    const starts = (started: number, opensAt: number | null) => new Map([[rateName('w', rate), { started, opensAt }]])
    const lanes = [lane(waiting)]
    // The starts of this decision are counted before the next one knows when the rate opens.
    expect(decideAdmissions(queue({ lanes, startsOf: starts(1, null) }))).toEqual({
      runIds: ['r1', 'r2'],
      openings: [],
      isFinal: false,
    })
    expect(decideAdmissions(queue({ lanes, startsOf: starts(3, 61_000) }))).toEqual({
      runIds: [],
      openings: [{ lane: lanes[0], at: 61_000 }],
      isFinal: true,
    })
  })

  test('leaves a run whose rate has not been read to the next decision', () => {
    const rate = { limit: 3, intervalMs: 60_000 }
    const waiting = [run(1, { rate }), run(2, { rate: { ...rate, limit: 4 } })]
    const startsOf = new Map([[rateName('w', rate), { started: 0, opensAt: null }]])
    expect(decideAdmissions(queue({ lanes: [lane(waiting)], startsOf }))).toMatchObject({
      runIds: ['r1'],
      isFinal: false,
    })
  })

  test('keeps every limit, rate and order through any sequence of requests, sweeps, ends and times, and leaves no run', () => {
    const move = fc.oneof(
      fc.record({ kind: fc.constant('start' as const), key: fc.nat(2), priority: fc.integer({ min: -1, max: 1 }) }),
      fc.record({ kind: fc.constant('end' as const), at: fc.nat(20) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(12) }),
      fc.record({ kind: fc.constant('sweep' as const) }),
    )
    const settings = fc.record({
      group: fc.option(fc.integer({ min: 1, max: 3 })),
      rate: fc.option(
        fc.record({ limit: fc.integer({ min: 1, max: 3 }), intervalMs: fc.integer({ min: 1, max: 20 }) }),
      ),
      tenant: fc.option(fc.integer({ min: 1, max: 4 })),
      tenantRate: fc.option(
        fc.record({ limit: fc.integer({ min: 1, max: 3 }), intervalMs: fc.integer({ min: 1, max: 20 }) }),
      ),
      /** Rates have coarser keys than limits. */
      sharesRate: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 60 }),
        settings,
        (moves, { group, rate, tenant, tenantRate, sharesRate }) => {
          const waiting: (WaitingRun & { readonly key: number })[] = []
          const running: { readonly runId: string; readonly key: number }[] = []
          const starts: { readonly at: number; readonly rateGroup: string }[] = []
          const rateGroupOf = (key: number) => (sharesRate ? 'all' : `${key}`)
          let now = 0
          /** The simplest form of a count: all starts that were ever made. */
          const stateOf = (limit: { limit: number; intervalMs: number }, rateGroup: string | null): RateState => {
            const inside = starts.filter(
              (each) => (rateGroup === null || each.rateGroup === rateGroup) && each.at > now - limit.intervalMs,
            )
            const first = inside.map(({ at }) => at).sort((a, b) => b - a)[limit.limit - 1]
            return { started: inside.length, opensAt: first === undefined ? null : first + limit.intervalMs }
          }
          const decide = () =>
            decideAdmissions({
              isPaused: false,
              limit: tenant,
              inProgress: running.length,
              rate: tenantRate === null ? null : { limit: tenantRate.limit, ...stateOf(tenantRate, null) },
              inProgressOf: new Map(
                [0, 1, 2].map((key) => [`${key}`, running.filter((each) => each.key === key).length]),
              ),
              startsOf: new Map(
                rate === null
                  ? []
                  : [0, 1, 2].map((key) => [rateName(rateGroupOf(key), rate), stateOf(rate, rateGroupOf(key))]),
              ),
              lanes: [0, 1, 2].map((key) => ({
                isPaused: false,
                group: `${key}`,
                rateGroup: rateGroupOf(key),
                waiting: waiting.filter((each) => each.key === key).sort(compareWaiting),
              })),
            })
          const sweep = () => {
            const decision = decide()
            for (const runId of decision.runIds) {
              const index = waiting.findIndex((each) => each.runId === runId)
              const [begun] = waiting.splice(index, 1)
              if (begun === undefined || index === -1) throw new Error('It was admitted twice')
              // None with the same key that comes first still waits.
              for (const other of waiting.filter(({ key }) => key === begun.key)) {
                expect(compareWaiting(begun, other)).toBeLessThan(0)
              }
              running.push(begun)
              starts.push({ at: now, rateGroup: rateGroupOf(begun.key) })
            }
            for (const key of [0, 1, 2]) {
              expect(running.filter((each) => each.key === key).length).toBeLessThanOrEqual(group ?? Infinity)
              if (rate !== null) expect(stateOf(rate, rateGroupOf(key)).started).toBeLessThanOrEqual(rate.limit)
            }
            expect(running.length).toBeLessThanOrEqual(tenant ?? Infinity)
            if (tenantRate !== null) expect(stateOf(tenantRate, null).started).toBeLessThanOrEqual(tenantRate.limit)
            return decision
          }
          for (const [position, next] of moves.entries()) {
            const { priority = 0, key = 0 } = next.kind === 'start' ? next : {}
            if (next.kind === 'start') waiting.push({ ...run(position, { limit: group, rate, priority }), key })
            if (next.kind === 'end' && running.length > 0) running.splice(next.at % running.length, 1)
            if (next.kind === 'wait') now += next.ms
            if (next.kind === 'sweep') sweep()
          }
          while (waiting.length > 0) {
            const { runIds, openings, isFinal } = sweep()
            if (runIds.length > 0) continue
            // Nothing waits while there is room, nor without the time at which there will be.
            expect(isFinal).toBe(true)
            expect(running.length + openings.length).toBeGreaterThan(0)
            for (const { at } of openings) expect(at).toBeGreaterThan(now)
            if (running.length > 0) running.splice(0, 1)
            else now = Math.min(...openings.map(({ at }) => at))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
