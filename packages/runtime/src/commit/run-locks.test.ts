import { describe, expect, test } from 'vitest'
import { createRunLocks } from './run-locks.ts'

/** Lets everything happen that is ready to. */
const pause = () => new Promise((resolve) => setImmediate(resolve))

describe('createRunLocks', () => {
  test('lets the work on one key happen one after the other, in order', async () => {
    const locks = createRunLocks()
    const story: string[] = []
    const work = (name: string) => async () => {
      story.push(`${name} begins`)
      await pause()
      story.push(`${name} ends`)
      return name
    }
    expect(await Promise.all(['a', 'b', 'c'].map((name) => locks.exclusive('run', work(name))))).toEqual([
      'a',
      'b',
      'c',
    ])
    expect(story).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  test('continues after work that failed, and reports it to its caller alone', async () => {
    const locks = createRunLocks()
    const failing = locks.exclusive('run', async () => {
      await pause()
      throw new RangeError('no')
    })
    const next = locks.exclusive('run', async () => 'works')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('works')
  })

  test('does not let other keys wait', async () => {
    const locks = createRunLocks()
    let finish = (): void => undefined
    const held = locks.exclusive(
      'one',
      () =>
        new Promise<void>((resolve) => {
          finish = resolve
        }),
    )
    expect(await locks.exclusive('two', async () => 'at once')).toBe('at once')
    finish()
    await held
  })
})
