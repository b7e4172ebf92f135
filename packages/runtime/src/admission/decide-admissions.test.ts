import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareWaiting, decideAdmissions, type QueueState, type WaitingRun } from './decide-admissions.ts'

const run = (position: number, more: Partial<WaitingRun> = {}): WaitingRun => ({
  ...{ runId: `r${position}`, limit: null, priority: 0, position, isChild: false },
  ...more,
})
const queue = (more: Partial<QueueState>): QueueState => ({
  ...{ isPaused: false, limit: null, inProgress: 0, groups: [] },
  ...more,
})
const group = (waiting: readonly WaitingRun[], inProgress = 0, isPaused = false) => ({ isPaused, inProgress, waiting })

describe('decideAdmissions', () => {
  test('admits as many of a group as its limit allows, the first of them first', () => {
    const waiting = [run(1, { limit: 3 }), run(2, { limit: 3 }), run(3, { limit: 3 })]
    expect(decideAdmissions(queue({ groups: [group(waiting, 1)] }))).toEqual(['r1', 'r2'])
  })

  test('lets no run pass one before it that has to wait, whatever its own limit', () => {
    const waiting = [run(1, { limit: 1 }), run(2, { limit: 5 }), run(3)]
    expect(decideAdmissions(queue({ groups: [group(waiting, 1)] }))).toEqual([])
  })

  test('admits nothing of a paused workflow or tenant', () => {
    const groups = [group([run(1)], 0, true), group([run(2)])]
    expect(decideAdmissions(queue({ groups }))).toEqual(['r2'])
    expect(decideAdmissions(queue({ groups, isPaused: true }))).toEqual([])
  })

  test('fills the limit of the tenant by priority, then in the order of the requests', () => {
    const groups = [group([run(1, { priority: -1 })]), group([run(2), run(4)]), group([run(3, { priority: 1 })])]
    expect(decideAdmissions(queue({ groups, limit: 3, inProgress: 0 }))).toEqual(['r3', 'r2', 'r4'])
    expect(decideAdmissions(queue({ groups, limit: 3, inProgress: 3 }))).toEqual([])
  })

  test('admits children beyond the limit of the tenant, since their parents count against it', () => {
    const groups = [group([run(1), run(2, { isChild: true, limit: 1 })])]
    expect(decideAdmissions(queue({ groups, limit: 2, inProgress: 2 }))).toEqual([])
    expect(
      decideAdmissions(queue({ groups: [group([run(2, { isChild: true, limit: 1 })])], limit: 2, inProgress: 2 })),
    ).toEqual(['r2'])
  })

  test('keeps every limit and every order through any sequence of requests, sweeps and ends, and leaves no run', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('start' as const), key: fc.nat(2), priority: fc.integer({ min: -1, max: 1 }) }),
      fc.record({ kind: fc.constant('end' as const), at: fc.nat(20) }),
      fc.record({ kind: fc.constant('sweep' as const) }),
    )
    const limits = fc.record({
      group: fc.integer({ min: 1, max: 3 }),
      tenant: fc.option(fc.integer({ min: 1, max: 4 })),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), limits, (steps, { group: limit, tenant }) => {
        const waiting: (WaitingRun & { readonly key: number })[] = []
        const running: { readonly runId: string; readonly key: number }[] = []
        const sweep = (): number => {
          const groups = [0, 1, 2].map((key) => ({
            isPaused: false,
            inProgress: running.filter((each) => each.key === key).length,
            waiting: waiting.filter((each) => each.key === key).sort(compareWaiting),
          }))
          const admitted = decideAdmissions({ isPaused: false, limit: tenant, inProgress: running.length, groups })
          for (const runId of admitted) {
            const [begun] = waiting.splice(
              waiting.findIndex((each) => each.runId === runId),
              1,
            )
            if (begun === undefined) throw new Error('It was admitted twice')
            // None with the same key that comes first still waits.
            for (const other of waiting.filter(({ key }) => key === begun.key)) {
              expect(compareWaiting(begun, other)).toBeLessThan(0)
            }
            running.push(begun)
          }
          for (const key of [0, 1, 2])
            expect(running.filter((each) => each.key === key).length).toBeLessThanOrEqual(limit)
          expect(running.length).toBeLessThanOrEqual(tenant ?? Number.POSITIVE_INFINITY)
          return admitted.length
        }
        for (const [position, next] of steps.entries()) {
          if (next.kind === 'start')
            waiting.push({ ...run(position, { limit, priority: next.priority }), key: next.key })
          if (next.kind === 'end' && running.length > 0) running.splice(next.at % running.length, 1)
          if (next.kind === 'sweep') sweep()
        }
        while (waiting.length > 0) {
          if (sweep() === 0) {
            // Nothing waits while there is room.
            expect(running.length).toBeGreaterThan(0)
            running.splice(0, 1)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
