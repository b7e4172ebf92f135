import { describe, expect, test } from 'vitest'
import { type Admission, createByteBudget } from './byte-budget.ts'

/** Enters a budget so many times; `admitted` has the names of those that were let in, in their order. */
function crowd(budget: ReturnType<typeof createByteBudget>, names: readonly string[]) {
  const admitted: string[] = []
  const entries = new Map<string, Promise<Admission>>()
  for (const name of names) {
    entries.set(
      name,
      Promise.resolve(budget.enter()).then((admission) => {
        admitted.push(name)
        return admission
      }),
    )
  }
  return { admitted, of: (name: string) => entries.get(name) as Promise<Admission> }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

describe('createByteBudget', () => {
  test('admits at once while there is room, and makes others wait for it', async () => {
    const budget = createByteBudget(100)
    const first = budget.enter() as Admission
    first.weigh(60)
    const second = budget.enter() as Admission
    // More than the budget: a single value may be larger than what is left.
    second.weigh(60)
    const { admitted, of } = crowd(budget, ['third'])
    await nextTurn()
    expect(admitted).toEqual([])
    first.release()
    ;(await of('third')).release()
    second.release()
    expect(budget.enter()).not.toBeInstanceOf(Promise)
  })

  test('admits those who wait one after another, each behind the weight of the one before it', async () => {
    const budget = createByteBudget(100)
    const first = budget.enter() as Admission
    first.weigh(100)
    const { admitted, of } = crowd(budget, ['a', 'b', 'c'])
    first.release()
    await nextTurn()
    expect(admitted).toEqual(['a'])
    ;(await of('a')).weigh(99)
    await nextTurn()
    expect(admitted).toEqual(['a', 'b'])
    ;(await of('b')).weigh(1)
    await nextTurn()
    expect(admitted).toEqual(['a', 'b'])
    ;(await of('a')).release()
    await nextTurn()
    expect(admitted).toEqual(['a', 'b', 'c'])
  })

  test('keeps the order of those that wait, also behind one without bytes', async () => {
    const budget = createByteBudget(1)
    const first = budget.enter() as Admission
    first.weigh(5)
    const { admitted, of } = crowd(budget, ['a', 'b'])
    first.release()
    await of('a')
    const late = crowd(budget, ['late'])
    ;(await of('a')).release()
    ;(await of('b')).release()
    await late.of('late')
    expect([...admitted, ...late.admitted]).toEqual(['a', 'b', 'late'])
  })

  test('counts the expected bytes of those that have not named theirs', async () => {
    const budget = createByteBudget(100, 40)
    const [first, second, third] = [budget.enter(), budget.enter(), budget.enter()] as Admission[]
    const { admitted, of } = crowd(budget, ['a', 'b', 'c'])
    await nextTurn()
    expect(admitted).toEqual([])
    first?.weigh(1)
    await nextTurn()
    expect(admitted).toEqual(['a'])
    second?.weigh(40)
    third?.release()
    await nextTurn()
    expect(admitted).toEqual(['a', 'b'])
    ;(await of('a')).release()
    await nextTurn()
    expect(admitted).toEqual(['a', 'b', 'c'])
  })

  test('admits one of two that enter before either has named its bytes', async () => {
    const budget = createByteBudget(100)
    const first = budget.enter() as Admission
    const { admitted } = crowd(budget, ['second'])
    await nextTurn()
    expect(admitted).toEqual([])
    first.weigh(1)
    await nextTurn()
    expect(admitted).toEqual(['second'])
  })

  test('counts a change of weight once, and a release once', async () => {
    const budget = createByteBudget(10)
    const admission = budget.enter() as Admission
    admission.weigh(50)
    admission.weigh(9)
    const other = budget.enter() as Admission
    other.weigh(1)
    other.release()
    other.release()
    other.weigh(100)
    expect(budget.enter()).not.toBeInstanceOf(Promise)
    admission.release()
  })
})
