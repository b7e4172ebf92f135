import { expect, test } from 'vitest'
import type { FactToCommit } from './commit-types.ts'
import { withinLimits } from './log-limits.ts'

const FACTS: readonly FactToCommit[] = [{ fact: { type: 'node_skipped', nodeRunId: 'a', data: { pass: 1 } } }]
const limits = { maxRunEvents: 1_000, maxRunLogBytes: 1_000_000 }
const session = { nextSeq: 1_000, logBytes: 999_999, isLogFull: false }

test('withinLimits cancels a run whose log has reached a limit, before the other facts', () => {
  expect(withinLimits(session, FACTS, limits)).toBe(FACTS)
  for (const full of [{ nextSeq: 1_001 }, { logBytes: 1_000_000 }]) {
    expect(withinLimits({ ...session, ...full }, FACTS, limits)).toEqual([
      { fact: { type: 'cancel_requested', data: { reason: 'log_full', actor: null } } },
      ...FACTS,
    ])
    expect(withinLimits({ ...session, ...full, isLogFull: true }, FACTS, limits)).toBe(FACTS)
    expect(withinLimits({ ...session, ...full }, FACTS, {})).toBe(FACTS)
  }
})
