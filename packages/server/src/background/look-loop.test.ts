import { describe, expect, test, vi } from 'vitest'
import { createLookLoop } from './look-loop.ts'

const NEVER_MS = 1_000_000

/** A loop whose looks end when the test says so, with the pause that it says. */
function openLoop() {
  const looks: { end(pauseMs: number): void; fail(error: Error): void }[] = []
  const errors: unknown[] = []
  const loop = createLookLoop({
    look: () => new Promise((resolve, reject) => looks.push({ end: resolve, fail: reject })),
    onError: (error) => {
      errors.push(error)
      return 0
    },
  })
  const begun = (count: number) => vi.waitFor(() => expect(looks).toHaveLength(count))
  return { loop, looks, errors, begun }
}

/** Waits until timers of 0 ms, and what they begin, would have begun. */
async function timersPassed(): Promise<void> {
  for (let index = 0; index < 3; index += 1) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('createLookLoop', () => {
  test('looks from its start on, again after the pause that a look gives', async () => {
    const { loop, looks, begun } = openLoop()
    loop.wake()
    await timersPassed()
    expect(looks).toHaveLength(0)
    loop.start()
    loop.start()
    await begun(1)
    looks[0]?.end(1)
    await begun(2)
    looks[1]?.end(NEVER_MS)
    await timersPassed()
    expect(looks).toHaveLength(2)
    await loop.close()
  })

  test('looks at once when it is woken, and does not put a look off for a later one', async () => {
    const { loop, looks, begun } = openLoop()
    loop.start(NEVER_MS)
    loop.wake(NEVER_MS / 2)
    loop.wake()
    loop.wake(NEVER_MS)
    await begun(1)
    looks[0]?.end(NEVER_MS)
    await loop.close()
  })

  test('has one look at a time: a wake-up during it leads to another one, unless the look forgets it', async () => {
    const { loop, looks, begun } = openLoop()
    loop.start()
    await begun(1)
    loop.wake()
    await timersPassed()
    expect(looks).toHaveLength(1)
    looks[0]?.end(NEVER_MS)
    await begun(2)
    loop.wake()
    loop.forgetWakes()
    looks[1]?.end(NEVER_MS)
    await timersPassed()
    expect(looks).toHaveLength(2)
    await loop.close()
  })

  test('continues after a look that has failed', async () => {
    const { loop, looks, errors, begun } = openLoop()
    loop.start()
    await begun(1)
    looks[0]?.fail(new Error('No database'))
    await begun(2)
    expect(errors).toEqual([new Error('No database')])
    looks[1]?.end(NEVER_MS)
    await loop.close()
  })

  test('ends when the look and the other work in progress have ended, and begins nothing after that', async () => {
    const { loop, looks, begun } = openLoop()
    loop.start()
    await begun(1)
    let finish = (): void => undefined
    const work = loop.during(
      () =>
        new Promise<string>((resolve) => {
          finish = () => resolve('done')
        }),
    )
    let isClosed = false
    const closing = loop.close().then(() => {
      isClosed = true
    })
    expect(loop.isClosed).toBe(true)
    looks[0]?.end(0)
    await timersPassed()
    expect(isClosed).toBe(false)
    finish()
    expect(await work).toBe('done')
    await closing
    loop.start()
    loop.wake()
    await timersPassed()
    expect(looks).toHaveLength(1)
  })

  test('passes on the error of other work', async () => {
    const { loop } = openLoop()
    await expect(loop.during(() => Promise.reject(new Error('No database')))).rejects.toThrow('No database')
    await loop.close()
  })
})
