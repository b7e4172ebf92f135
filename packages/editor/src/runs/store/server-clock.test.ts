import { describe, expect, test } from 'vitest'
import { createServerClock } from './server-clock.ts'

describe('createServerClock', () => {
  const clockAt = (reader: number) => {
    let now = reader
    return { clock: createServerClock(() => now), pass: (ms: number) => (now += ms) }
  }

  test('is the reader’s clock while nothing is known', () => {
    expect(clockAt(5_000).clock.now()).toBe(5_000)
  })

  test('takes an old backlog for what it is', () => {
    const { clock } = clockAt(100_000)
    clock.observe(40_000, false)
    expect(clock.now()).toBe(100_000)
  })

  test('goes with the server when the reader’s clock is behind, and when a live event shows it ahead', () => {
    const behind = clockAt(10_000)
    behind.clock.observe(70_000, false)
    expect(behind.clock.now()).toBe(70_000)
    const ahead = clockAt(100_000)
    ahead.clock.observe(40_000, false)
    ahead.clock.observe(41_000, true)
    ahead.pass(500)
    expect(ahead.clock.now()).toBe(41_500)
  })

  test('believes the event that was fastest on its way', () => {
    const { clock, pass } = clockAt(1_000)
    clock.observe(900, true)
    pass(100)
    clock.observe(1_080, true)
    expect(clock.now()).toBe(1_080)
  })
})
