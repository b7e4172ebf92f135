import { describe, expect, test } from 'vitest'
import { EXPRESSION_FUNCTIONS, functionSignature } from './index.ts'
import { describeSignature, FUNCTION_FAMILIES } from './signature.ts'

describe('EXPRESSION_FUNCTIONS', () => {
  test('names each function once, with a family, a line of help and an example that calls it', () => {
    const names = EXPRESSION_FUNCTIONS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThanOrEqual(60)
    for (const { name, family, help, example } of EXPRESSION_FUNCTIONS) {
      expect(FUNCTION_FAMILIES).toContain(family)
      expect(help).toMatch(/^[A-Z].*\.$/)
      expect(help).not.toContain('\n')
      expect(example.expression.startsWith(`${name}(`)).toBe(true)
    }
  })

  test('puts optional parameters behind the others, and a rest parameter last', () => {
    for (const { parameters } of EXPRESSION_FUNCTIONS) {
      const ranks = parameters.map(({ optional, rest }) => (rest ? 2 : optional ? 1 : 0))
      expect(ranks).toEqual([...ranks].sort())
      expect(ranks.filter((rank) => rank === 2).length).toBeLessThanOrEqual(1)
    }
  })
})

describe('functionSignature', () => {
  test('finds a function by name, and nothing that an object inherits', () => {
    expect(functionSignature('upper')?.family).toBe('text')
    expect(functionSignature('toString')).toBeUndefined()
  })
})

describe('describeSignature', () => {
  test.each([
    ['now', 'now()'],
    ['slice', 'slice(list, start, end?)'],
    ['concat', 'concat(...lists)'],
  ])('shows how %s is called', (name, expected) => {
    const signature = functionSignature(name)
    expect(signature && describeSignature(signature)).toBe(expected)
  })
})
