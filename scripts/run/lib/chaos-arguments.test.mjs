import { describe, expect, test } from 'vitest'
import { readChaosArguments } from './chaos-arguments.mjs'

describe('readChaosArguments', () => {
  test('runs every attack without arguments', () => {
    expect(readChaosArguments([])).toEqual({ kind: 'run', files: ['chaos'], storm: null })
  })

  test('runs one part', () => {
    expect(readChaosArguments(['--part', 'timers'])).toEqual({
      ...{ kind: 'run', files: ['chaos/figures'], test: 'timers:', storm: null },
    })
    expect(readChaosArguments(['--part', 'races'])).toEqual({ kind: 'run', files: ['chaos/people'], storm: null })
  })

  test('runs one storm of a given size', () => {
    expect(readChaosArguments(['--storm', '--runs', '50', '--lost-answers', '0.1'])).toEqual({
      kind: 'run',
      files: ['storm.chaos'],
      storm: { runs: 50, lostAnswers: 0.1 },
    })
  })

  test.each([
    [['--part', 'rain'], '--part must be one of kills, sagas,'],
    [['--part', 'timers', '--storm'], '--part has no other options'],
    [['--runs', '5'], '--runs needs --storm'],
    [['--storm', '--runs', '0'], '--runs must be a whole number (got "0")'],
    [['--storm', '--crashes', '1.5'], '--crashes must be a whole number (got "1.5")'],
    [['--storm', '--lost-answers', '1'], '--lost-answers must be from 0 to below 1 (got "1")'],
    [['--lightning'], "Unknown option '--lightning'"],
  ])('refuses %j', (args, reason) => {
    expect(readChaosArguments(args)).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) })
  })
})
