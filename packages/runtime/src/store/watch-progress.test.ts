import { TenonError } from '@tenon/core/errors'
import { expect, test } from 'vitest'
import type { Append, AppendResult } from './append.ts'
import { watchProgress } from './watch-progress.ts'

const STORED: AppendResult = { outcome: 'ok', firstSeq: 1, turnBefore: 0 }

function rig() {
  let now = 0
  const answers: { readonly store: () => void; readonly fail: () => void }[] = []
  const watched = watchProgress(
    {
      append: () =>
        new Promise((resolve, reject) => {
          const unavailable = new TenonError('UNAVAILABLE', 'The database does not answer')
          answers.push({ store: () => resolve(STORED), fail: () => reject(unavailable) })
        }),
      drain: async () => undefined,
    },
    { stallMs: 100, monotonicMs: () => now },
  )
  return {
    watched,
    append: () => watched.append({} as Append).catch((error: unknown) => error),
    answer: (index: number, how: 'store' | 'fail') => answers[index]?.[how](),
    pass: (ms: number) => {
      now += ms
      return watched.isStalled()
    },
  }
}

test('appends are stalled once none has been stored for the limit, and no longer when one is', async () => {
  const { append, answer, pass } = rig()
  expect(pass(1_000)).toBe(false)
  const first = append()
  expect([pass(99), pass(1)]).toEqual([false, true])
  answer(0, 'store')
  expect(await first).toBe(STORED)
  expect(pass(0)).toBe(false)
})

test('a stored append counts as progress while others are in flight', async () => {
  const { append, answer, pass } = rig()
  const [first] = [append(), append()]
  expect(pass(60)).toBe(false)
  answer(0, 'store')
  await first
  expect([pass(60), pass(40)]).toEqual([false, true])
})

test('retries that fail at once are stalled as well, until nothing is tried any more', async () => {
  const { append, answer, pass } = rig()
  for (const index of [0, 1, 2]) {
    const failing = append()
    answer(index, 'fail')
    expect(await failing).toMatchObject({ code: 'UNAVAILABLE' })
    expect(pass(40)).toBe(index === 2)
  }
  expect([pass(59), pass(1)]).toEqual([true, false])
})
