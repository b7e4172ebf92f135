import { expect, test } from 'vitest'
import { createGather } from './gather.ts'
import { createRunLocks } from './run-locks.ts'

/** Lets everything happen that is ready to. */
const pause = () => new Promise((resolve) => setImmediate(resolve))

test('processes what has gathered while the run was locked together, and what is left over after others had the lock', async () => {
  const locks = createRunLocks()
  const processed: string[] = []
  const gather = createGather<string>(locks, async (key, items) => {
    processed.push(`${key}: ${items.join(' ')}`)
    await pause()
    return Math.min(items.length, 2)
  })
  for (const item of ['a', 'b', 'c', 'd']) gather('one', item)
  gather('two', 'x')
  await locks.exclusive('one', async () => processed.push('one: another'))
  while (processed.length < 5) await pause()
  expect(processed).toEqual(['one: a', 'two: x', 'one: b c d', 'one: another', 'one: d'])
})

test('puts items that are left over before those that have arrived meanwhile', async () => {
  const processed: string[] = []
  const gather = createGather<string>(createRunLocks(), async (_key, items) => {
    processed.push(items.join(' '))
    await pause()
    return 1
  })
  for (const item of ['a', 'b', 'c']) gather('one', item)
  await pause()
  gather('one', 'd')
  while (processed.length < 4) await pause()
  expect(processed).toEqual(['a', 'b c', 'c d', 'd'])
})
