import { describe, expect, test } from 'vitest'
import { lettersPerLine } from './letters-per-line.ts'

describe('lettersPerLine', () => {
  test.each([
    ['Happy customer?', 2, 9],
    ['Escalate to a manager', 2, 11],
    ['Escalate to a manager', 3, 8],
    ['Start', 2, 5],
    ['a b', 2, 1],
    ['Überweisungsauftragsprüfung', 2, 27],
    ['', 2, 1],
  ])('“%s” in %d lines needs lines of %d letters', (name, lines, letters) => {
    expect(lettersPerLine(name, lines)).toBe(letters)
  })

  test('counts letters, not code units', () => {
    expect(lettersPerLine('🙂🙂🙂', 2)).toBe(3)
  })
})
