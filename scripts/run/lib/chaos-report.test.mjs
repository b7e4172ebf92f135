import { describe, expect, test } from 'vitest'
import { tableOfAttacks } from './chaos-report.mjs'

describe('tableOfAttacks', () => {
  test('has one row for each attack, with the number of broken invariants', () => {
    const counts = { completed: 4, failed: 1, canceled: 0, lostAttempts: 2, repeatedBodies: 2 }
    expect(tableOfAttacks([{ attack: 'engine > a kill', tookMs: 1_600, faults: ['x'], ...counts }])).toBe(
      [
        '| attack | completed | failed | canceled | attempts lost | bodies repeated | faults | seconds |',
        '| --- | --- | --- | --- | --- | --- | --- | --- |',
        '| a kill | 4 | 1 | 0 | 2 | 2 | 1 | 2 |',
      ].join('\n'),
    )
  })
})
