import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { en, enRuns } from '../../messages/en/index.ts'
import { createTranslate } from '../../messages/format.ts'
import { formatDue } from './due.ts'
import { formatDuration, formatGrowing } from './duration.ts'
import { formatAgo, formatClock } from './instant.ts'
import { portWords } from './port-words.ts'

const t = createTranslate({ ...en, ...enRuns }, 'en')

describe('formatDuration', () => {
  test.each([
    [-5, '<1 ms'],
    [0, '<1 ms'],
    [12, '12 ms'],
    [999, '999 ms'],
    [1_000, '1 s'],
    [1_840, '1.84 s'],
    [9_999, '9.99 s'],
    [14_260, '14.2 s'],
    [59_999, '59.9 s'],
    [60_000, '1 min'],
    [192_400, '3 min 12 s'],
    [3 * 3_600_000 + 12 * 60_000 + 5_000, '3 h 12 min'],
    [26 * 3_600_000, '1 d 2 h'],
  ])('%i ms is %s', (ms, text) => {
    expect(formatDuration(ms, t, 'en')).toBe(text)
  })

  test('writes numbers in the reader’s way', () => {
    expect(formatDuration(1_840, t, 'de')).toBe('1,84 s')
  })
})

test('formatGrowing changes only with each tenth of a second', () => {
  expect(formatGrowing(349, t, 'en')).toBe('0.3 s')
  expect(formatGrowing(1_099, t, 'en')).toBe('1.0 s')
  expect(formatGrowing(61_000, t, 'en')).toBe('1 min 1 s')
})

describe('instants', () => {
  beforeAll(() => {
    vi.stubEnv('TZ', 'UTC')
  })
  afterAll(() => {
    vi.unstubAllEnvs()
  })
  const now = Date.UTC(2026, 10, 23, 10, 0, 0)

  test('formatClock shows milliseconds', () => {
    expect(formatClock(now + 7_318, 'en')).toBe('10:00:07.318')
  })

  test.each([
    [10_000, 'now'],
    [48 * 60_000, '48 minutes ago'],
    [3 * 3_600_000, '3 hours ago'],
    [26 * 3_600_000, 'yesterday'],
  ])('%i ms ago is %s', (ms, text) => {
    expect(formatAgo(now - ms, now, 'en')).toBe(text)
  })

  test.each([
    [3 * 3_600_000 + 12 * 60_000 + 59_000, 'Due in 3 h 12 min'],
    [30_000, 'Due in 30 s'],
    [-4 * 60_000, 'Overdue by 4 min'],
    [26 * 3_600_000, 'Due tomorrow'],
    [4 * 86_400_000, 'Due Nov 27, 10:00'],
  ])('due in %i ms is %s', (ms, text) => {
    expect(formatDue(now + ms, now, t, 'en')).toBe(text)
  })
})

test('portWords leaves out the only way and names all ways of a fork', () => {
  expect(['success', 'end', null, 'pass', '*'].map((port) => portWords(port, t))).toEqual([
    '',
    '',
    '',
    'pass',
    'all ports',
  ])
})
