import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import type { Owner, World } from './world.ts'
import { createWorld } from './world.ts'

const realSetImmediate = setImmediate

/**
 * Runs a function in a world of its own: while it runs, the clocks, the timers and the random numbers of this process are
 * those of the world, so that the same seed gives the same run.
 */
export async function inWorld<Value>(
  seed: number,
  outside: Owner,
  run: (world: World) => Promise<Value>,
): Promise<Value> {
  // Promises continue in microtasks, of which none is left when an immediate runs.
  const untilQuiet = () => new Promise<void>((resolve) => void realSetImmediate(resolve))
  const world = createWorld(seed, outside, untilQuiet)
  const real = { setTimeout, clearTimeout, setInterval, clearInterval }
  const { now: dateNow } = Date
  const { random } = Math
  const { randomUUID } = crypto
  const performanceNow = performance.now
  const start =
    (repeats: boolean) =>
    (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
      const timer = world.setTimer(() => callback(...args), ms, repeats)
      return Object.assign(timer, { unref: () => timer, ref: () => timer, hasRef: () => true })
    }
  const stop = (timer: Parameters<World['clearTimer']>[0] | undefined | null): void => {
    if (timer != null) world.clearTimer(timer)
  }
  let uuids = 0
  Object.assign(globalThis, {
    setTimeout: start(false),
    setInterval: start(true),
    clearTimeout: stop,
    clearInterval: stop,
  })
  Date.now = () => world.now
  Math.random = () => world.pick(1_000_000) / 1_000_000
  performance.now = () => world.now
  crypto.randomUUID = () => {
    uuids += 1
    return `00000000-0000-4000-8000-${uuids.toString(16).padStart(12, '0')}`
  }
  syncBuiltinESMExports()
  try {
    return await run(world)
  } finally {
    Object.assign(globalThis, real)
    Date.now = dateNow
    Math.random = random
    performance.now = performanceNow
    crypto.randomUUID = randomUUID
    syncBuiltinESMExports()
  }
}
