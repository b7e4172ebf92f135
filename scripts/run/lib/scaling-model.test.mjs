import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { assignTenants, costsOf, drawDay, LOAD, peakOf } from './scaling-model.mjs'

const day = drawDay(LOAD)

test('a day has the runs that were asked for, and a busiest minute above the average', () => {
  const runs = day.reduce((total, minutes) => total + minutes.reduce((sum, count) => sum + count, 0), 0)
  expect(runs).toBeCloseTo(LOAD.runsADay, 0)
  const whole = peakOf(
    day,
    day.map(() => 0),
    1,
  )
  expect(whole).toBeGreaterThan(LOAD.runsADay / 86_400)
})

test('assigning tenants by their load takes load off the busiest database, down to that of the largest tenant', () => {
  const peaks = [1, 4, 16].map((databases) => peakOf(day, assignTenants(day, databases, 'load', 1), databases))
  expect(peaks).toEqual([...peaks].sort((a, b) => b - a))
  expect(peakOf(day, assignTenants(day, 4, 'hash', 1), 4)).toBeGreaterThan(peaks[1] ?? 0)
  expect(peaks[2]).toBeGreaterThanOrEqual(Math.max(...(day[0] ?? [])) / 60)
})

test('costs are rows of the report, and the page has the figures of the last one', () => {
  expect(() => costsOf({ machine: { cores: 2 }, rows: [] })).toThrow('no row "run-cpu"')
  const script = join(import.meta.dirname, '../scaling-model.mjs')
  expect(() => execFileSync(process.execPath, [script, '--check'])).not.toThrow()
})
