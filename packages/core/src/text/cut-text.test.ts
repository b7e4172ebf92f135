import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { cutText } from './cut-text.ts'
import { isWellFormed } from './well-formed.ts'

afterEach(() => vi.unstubAllGlobals())

describe('cutText', () => {
  test.each<[string, number, string, string]>([
    ['abc', 3, '', 'abc'],
    ['abcd', 3, '', 'abc'],
    ['abcd', 0, '', ''],
    ['', 0, '', ''],
    ['abcd', 3, '…', 'ab…'],
    ['abc', 3, '…', 'abc'],
    ['abc', 1, '…', '…'],
    ['ab😀', 3, '', 'ab'],
    ['ab😀', 4, '', 'ab😀'],
    ['😀😀', 2, '', '😀'],
    ['😀😀', 3, '', '😀'],
    ['😀', 1, '', ''],
    ['ab😀cd', 4, '…', 'ab…'],
    ['a👩‍👩‍👧‍👦b', 6, '', 'a'],
    ['a👩‍👩‍👧‍👦b', 12, '', 'a👩‍👩‍👧‍👦'],
    ['cafe\u0301s', 4, '', 'caf'],
    ['cafe\u0301s', 5, '', 'cafe\u0301'],
    ['🇩🇪🇫🇷', 4, '', '🇩🇪'],
    ['🇩🇪🇫🇷', 6, '', '🇩🇪'],
    ['äöü', 2, '', 'äö'],
    ['\ud800\ud800', 1, '', '\ud800'],
  ])('%j to %d units with %j is %j', (text, length, ending, expected) => {
    expect(cutText(text, length, ending)).toBe(expected)
  })

  test('a character longer than the window is cut between two code points', () => {
    const zalgo = `e${'\u0301'.repeat(500)}`
    expect(cutText(zalgo, 300)).toBe(zalgo.slice(0, 300))
    const joined = `x${'👩‍'.repeat(200)}`
    expect(isWellFormed(cutText(joined, 302))).toBe(true)
  })

  test('without a segmenter it still cuts between code points', () => {
    vi.stubGlobal('Intl', {})
    expect(cutText('ab😀', 3)).toBe('ab')
    expect(cutText('cafe\u0301s', 4)).toBe('cafe')
  })

  test('what is well-formed stays well-formed, no longer than asked, and a beginning', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('😀', 'e\u0301', '👩‍👩‍👧', '🇩🇪', 'a', '\r\n'),
        fc.string({ unit: 'binary', maxLength: 2 }),
      ),
    })
    fc.assert(
      fc.property(text, fc.nat(30), (value, length) => {
        const cut = cutText(value, length)
        expect(cut.length).toBeLessThanOrEqual(length)
        expect(value.startsWith(cut)).toBe(true)
        if (isWellFormed(value)) expect(isWellFormed(cut)).toBe(true)
      }),
    )
  })
})
