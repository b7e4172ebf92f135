import { describe, expect, test } from 'vitest'
import { judgeCanary } from './judge-canary.ts'

describe('judgeCanary', () => {
  const rule = { max_failure_percent: 10, min_runs: 20, promote_after: 50 }
  const runs = (completed: number, failed: number) => ({ started: 1_000, completed, failed })

  test.each([
    ['decides nothing without runs', runs(0, 0), null],
    ['waits for enough runs before it rolls back', runs(0, 19), null],
    ['allows exactly its share of failures', runs(18, 2), null],
    ['rolls back beyond it', runs(17, 3), 'roll_back'],
    ['promotes after enough good runs', runs(50, 5), 'promote'],
    ['does not promote while too many have failed', runs(50, 6), 'roll_back'],
  ] as const)('%s', (_, counted, verdict) => {
    expect(judgeCanary(rule, counted)).toBe(verdict)
  })

  test('leaves the promotion to a person, and counts one failure as too many if none is allowed', () => {
    expect(judgeCanary({ ...rule, promote_after: null }, runs(1_000, 0))).toBeNull()
    const strict = { max_failure_percent: 0, min_runs: 1, promote_after: 1 }
    expect(judgeCanary(strict, runs(9, 1))).toBe('roll_back')
    expect(judgeCanary({ ...strict, min_runs: 20 }, runs(9, 1))).toBeNull()
  })
})
