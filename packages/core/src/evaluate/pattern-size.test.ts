import { RE2JS } from 're2js'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../test/expressions/random.ts'
import { patternSizeBound } from './pattern-size.ts'

const PIECES = [
  ...[
    'a',
    '.',
    '\\d',
    '\\pL',
    '\\p{Lu}',
    '[a-z]',
    '[^]a]',
    '[]]',
    '[\\]]',
    '[[:alpha:]]',
    '\\x{41}',
    '^',
    '$',
    'é',
    '😀',
  ],
  ...['(', ')', '(?:', '(?i)', '|', '*', '+', '?', '*?', '{2}', '{3,}', '{0,5}', '{1,2}?', '{', '}', '\\.', '\\b', ','],
]

describe('patternSizeBound', () => {
  test.each([
    ['a', 1],
    ['abc', 3],
    ['a{3}', 6],
    ['a{2,}', 4],
    ['(a{30}){30}', 1_890],
    ['[a{9}]{2}', 4],
    ['\\p{Lu}\\x{41}', 2],
    ['\\d{3}', 6],
    ['a)b{2}', 7],
    ['((a', 1],
    ['\\', 1],
    ['[', 1],
  ])('bounds %s by %d', (pattern, bound) => {
    expect(patternSizeBound(pattern)).toBe(bound)
  })

  test('knows no bound for quoting', () => {
    expect(patternSizeBound('\\Qa\\E')).toBe(Number.POSITIVE_INFINITY)
  })

  test('is no less than what a pattern compiles to', () => {
    const { pick, below } = createRandom(7)
    let compiled = 0
    for (let time = 0; time < 20_000; time += 1) {
      const pattern = Array.from({ length: 1 + below(9) }, () => pick(PIECES)).join('')
      let size: number
      try {
        size = RE2JS.compile(pattern).programSize()
      } catch {
        continue
      }
      compiled += 1
      // Start, match and capture of the whole come on top.
      expect([pattern, size <= 2 * patternSizeBound(pattern) + 8]).toEqual([pattern, true])
    }
    expect(compiled).toBeGreaterThan(5_000)
  })
})
