import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMinHeap } from './min-heap.ts'

describe('createMinHeap', () => {
  test('gives numbers back in ascending order, each once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 })), (values) => {
        const heap = createMinHeap()
        for (const value of values) heap.push(value)
        const distinct = [...new Set(values)].sort((a, b) => a - b)
        expect(distinct.map(() => heap.pop())).toEqual(distinct)
        expect(heap.isEmpty).toBe(true)
      }),
    )
  })

  test('takes numbers between those that it gives back', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat({ max: 30 }), fc.constant('pop' as const))), (actions) => {
        const heap = createMinHeap()
        const model = new Set<number>()
        for (const action of actions) {
          if (action !== 'pop') {
            heap.push(action)
            model.add(action)
          } else if (model.size > 0) {
            const least = Math.min(...model)
            expect(heap.pop()).toBe(least)
            model.delete(least)
          }
          expect(heap.isEmpty).toBe(model.size === 0)
        }
      }),
    )
  })

  test('has nothing to give back when it is empty', () => {
    expect(() => createMinHeap().pop()).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  })
})
