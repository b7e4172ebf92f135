import { expect, test } from 'vitest'
import { readSimulation } from './simulation-arguments.mjs'

test('divides the seeds among the processes', () => {
  expect(readSimulation([], 2)).toEqual({
    kind: 'run',
    shares: [
      { from: 1, seeds: 50_000 },
      { from: 50_001, seeds: 50_000 },
    ],
  })
  expect(readSimulation(['--seeds', '5', '--from', '7'], 3)).toMatchObject({
    shares: [
      { from: 7, seeds: 2 },
      { from: 9, seeds: 2 },
      { from: 11, seeds: 1 },
    ],
  })
  expect(readSimulation(['--seeds', '1', '--from', '42'], 2)).toMatchObject({ shares: [{ from: 42, seeds: 1 }] })
})

test.each([
  [['--seeds', '0'], '--seeds must be a whole number ≥ 1 (got "0")'],
  [['--from', 'x'], '--from must be a whole number ≥ 0 (got "x")'],
  [['--what'], "Unknown option '--what'"],
])('refuses %j', (args, reason) => {
  expect(readSimulation(args, 2)).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) })
})
