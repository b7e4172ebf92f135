import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLaneTimers } from './lane-timers.ts'
import type { LaneRef } from './read-queue.ts'

const lane = (group: string) => ({ workflowId: 'w', group, rateGroup: '' })

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('report what has opened, with the last time of each lane and each run, and the rate of the tenant', () => {
  const opened: [string, readonly LaneRef[]][] = []
  const timers = createLaneTimers((tenantId, lanes) => opened.push([tenantId, lanes]), Date.now)
  timers.add('acme', [])
  timers.add('acme', [
    { lane: lane('a'), inMs: 100 },
    { lane: lane('b'), inMs: 100 },
    { lane: lane('b'), runId: 'r', inMs: 300 },
  ])
  timers.add('acme', [{ lane: lane('b'), inMs: 200 }])
  timers.add('umbrella', [{ lane: null, inMs: 100 }])
  vi.advanceTimersByTime(100)
  expect(opened.splice(0)).toEqual([
    ['acme', [lane('a')]],
    ['umbrella', []],
  ])
  vi.advanceTimersByTime(200)
  const b = [lane('b')]
  expect(opened.splice(0)).toEqual([
    ['acme', b],
    ['acme', b],
  ])
  timers.add('acme', [{ lane: lane('a'), inMs: 100 }])
  timers.stop()
  timers.add('acme', [{ lane: lane('a'), inMs: 100 }])
  vi.advanceTimersByTime(1_000)
  expect(opened).toEqual([])
})
