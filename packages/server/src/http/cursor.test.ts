import { describe, expect, test } from 'vitest'
import { decodeCursor, encodeCursor, pageOf } from './cursor.ts'

describe('decodeCursor', () => {
  test('reads what encodeCursor wrote', () => {
    const cursor = { at: 1_795_000_000_000, id: crypto.randomUUID() }
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor)
    expect(decodeCursor(undefined)).toBeNull()
  })

  test.each(['', 'x', '!!!', btoa('1'), btoa('-1.a'), btoa('1.a\u0000'), btoa('1e9.a'), btoa(`1.${'a'.repeat(65)}`)])(
    '%j is no cursor',
    (text) => {
      expect(() => decodeCursor(text)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }))
    },
  )
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
    expect(page(3)).toEqual({ items: [0, 10], nextCursor: encodeCursor({ at: 1, id: 'r' }) })
  })
})
