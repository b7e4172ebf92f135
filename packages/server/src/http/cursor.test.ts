import { writeCursor } from '@tenon/runtime'
import { describe, expect, test } from 'vitest'
import { decodeCursor, decodeNumber, pageOf } from './cursor.ts'

describe('decodeCursor', () => {
  test('reads where a list goes on, or that it begins', () => {
    const cursor = { at: 1_795_000_000_000, id: crypto.randomUUID() }
    expect(decodeCursor(writeCursor(cursor))).toEqual(cursor)
    expect(decodeCursor(undefined)).toBeNull()
  })

  test('refuses what no list gave out', () => {
    expect(() => decodeCursor('x')).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }))
  })
})

describe('decodeNumber', () => {
  test('reads a number that the database can compare, whatever the cursor says', () => {
    const read = (at: number) => decodeNumber(writeCursor({ at, id: 'v' }))
    expect([read(7), read(-9_000_000_000_000_000), read(9_000_000_000_000_000)]).toEqual([
      ...[7, -2_147_483_647, 2_147_483_647],
    ])
    expect(decodeNumber(undefined)).toBeNull()
  })
})

describe('pageOf', () => {
  const page = (count: number) =>
    pageOf(
      Array.from({ length: count }, (_, index) => index),
      2,
      (row) => row * 10,
      (row) => ({ at: row, id: 'r' }),
    )

  test('has a cursor exactly when there is more', () => {
    expect(page(0)).toEqual({ items: [], nextCursor: null })
    expect(page(2)).toEqual({ items: [0, 10], nextCursor: null })
    expect(page(3)).toEqual({ items: [0, 10], nextCursor: writeCursor({ at: 1, id: 'r' }) })
  })
})
