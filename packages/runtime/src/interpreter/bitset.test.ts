import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addBit, addBits, bitsDownOf, bitsOf, createBitset, hasBit, lowestBit } from './bitset.ts'

const positions = fc.uniqueArray(fc.nat({ max: 199 }))

function bitsetOf(held: readonly number[], size = 200): number[] {
  const bitset = createBitset(size)
  for (const position of held) addBit(bitset, position)
  return bitset
}

describe('a bitset', () => {
  test('holds what was added and nothing else', () => {
    fc.assert(
      fc.property(positions, fc.nat({ max: 300 }), (held, asked) => {
        expect(hasBit(bitsetOf(held), asked)).toBe(held.includes(asked))
      }),
    )
  })

  test('lists what it holds, up and down', () => {
    fc.assert(
      fc.property(positions, (held) => {
        const ascending = [...held].sort((a, b) => a - b)
        expect([...bitsOf(bitsetOf(held))]).toEqual(ascending)
        expect([...bitsDownOf(bitsetOf(held))]).toEqual(ascending.reverse())
      }),
    )
  })

  test('takes up another that is not longer', () => {
    fc.assert(
      fc.property(positions, fc.uniqueArray(fc.nat({ max: 99 })), (held, others) => {
        const bitset = bitsetOf(held)
        addBits(bitset, bitsetOf(others, 100))
        expect([...bitsOf(bitset)]).toEqual([...new Set([...held, ...others])].sort((a, b) => a - b))
      }),
    )
  })

  test('has a word for each 32 positions begun', () => {
    expect([0, 1, 32, 33, 64].map((size) => createBitset(size).length)).toEqual([0, 1, 1, 2, 2])
  })
})

test('lowestBit finds the lowest bit, the sign bit included', () => {
  expect([1, 2, 12, 1 << 31, -1].map(lowestBit)).toEqual([0, 1, 2, 31, 0])
})
