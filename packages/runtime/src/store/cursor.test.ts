import { describe, expect, test } from 'vitest'
import { readCursor, writeCursor } from './cursor.ts'

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('readCursor', () => {
  test('reads what writeCursor wrote', () => {
    const position = { at: 1_795_000_000_000, id: crypto.randomUUID() }
    expect(readCursor(writeCursor(position))).toEqual(position)
  })

  test.each([
    '',
    'zzz',
    encoded({}),
    encoded([1]),
    encoded([1, 2]),
    encoded([1, '']),
    encoded([1, 'a\u0000b']),
    encoded([1.5, 'a']),
    encoded([null, 'a']),
    Buffer.from('[1e999,"a"]').toString('base64url'),
  ])('refuses %j', (text) => {
    expect(() => readCursor(text)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }))
  })
})
