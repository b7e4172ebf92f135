import { describe, expect, test } from 'vitest'
import { TenonError } from '../errors/index.ts'
import type { Expression } from './ast.ts'
import { EXPRESSION_LIMITS } from './limits.ts'
import { isTemplate, parseExpression, parseTemplate } from './parse.ts'

function faultOf(read: () => unknown): TenonError {
  try {
    read()
  } catch (error) {
    if (error instanceof TenonError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const templateFault = (text: string) => faultOf(() => parseTemplate(text))
const shape = (text: string): unknown =>
  JSON.parse(
    JSON.stringify(parseExpression(text), (key, value) => (/^(start|end|nameEnd)$/.test(key) ? undefined : value)),
  )

describe('parseExpression', () => {
  test.each([
    ['null', null],
    ['true', true],
    ['false', false],
    ['12', 12],
    ['12.50', 12.5],
    ['1e3', 1000],
    ['1E-2', 0.01],
    ['2e+2', 200],
    ['"a"', 'a'],
    ["'it'", 'it'],
    ['"\\n\\t\\r\\b\\f\\\\\\/\\"\\\'\\u00e9"', '\n\t\r\b\f\\/"\'é'],
    ['"line\nbreak"', 'line\nbreak'],
    ['"\\ud83d\\ude00"', '😀'],
  ])('reads the literal %s', (text, value) => {
    expect(shape(text)).toEqual({ kind: 'literal', value })
  })

  test('reads points, brackets and optional marks as one kind of path', () => {
    expect(shape('input.a.0["b"]["c d"][1]?.e?.[2]?.["f"][x]')).toEqual({
      kind: 'path',
      base: { kind: 'root', name: 'input' },
      segments: [
        { kind: 'key', key: 'a', optional: false },
        { kind: 'index', index: 0, optional: false },
        { kind: 'key', key: 'b', optional: false },
        { kind: 'key', key: 'c d', optional: false },
        { kind: 'index', index: 1, optional: false },
        { kind: 'key', key: 'e', optional: true },
        { kind: 'index', index: 2, optional: true },
        { kind: 'key', key: 'f', optional: true },
        { kind: 'computed', expression: { kind: 'root', name: 'x' }, optional: false },
      ],
    })
  })

  test('reads digits behind a point as list indexes, not as a fraction', () => {
    expect(shape('a.0.1')).toEqual(shape('a[0][1]'))
    expect(shape('a["0"]')).toEqual(shape('a.0'))
    expect(shape('a["00"]')).not.toEqual(shape('a.0'))
  })

  test('takes keywords and names of any script as keys', () => {
    expect(shape('größe.in.true.ß1.𝒳y')).toMatchObject({ base: { name: 'größe' }, segments: { length: 4 } })
    expect(shape('$a_1')).toEqual({ kind: 'root', name: '$a_1' })
  })

  test.each([
    ['1 + 2 * 3', '1 + (2 * 3)'],
    ['1 - 2 - 3', '(1 - 2) - 3'],
    ['a || b && c', 'a || (b && c)'],
    ['a ?? b || c', 'a ?? (b || c)'],
    ['a == b && c != d', '(a == b) && (c != d)'],
    ['1 + 2 < 3 * 4', '(1 + 2) < (3 * 4)'],
    ['!a == b', '(!a) == b'],
    ['-a.b', '-(a.b)'],
    ['a ? b : c ? d : e', 'a ? b : (c ? d : e)'],
    ['a ?? b ? c : d', '(a ?? b) ? c : d'],
    ['"x" in a + b', '"x" in (a + b)'],
  ])('binds %s as %s', (text, explicit) => {
    expect(shape(text)).toEqual(shape(explicit))
  })

  test('keeps parentheses that change the meaning', () => {
    expect(shape('(1 + 2) * 3')).not.toEqual(shape('1 + 2 * 3'))
    expect(shape('1 - (2 - 3)')).not.toEqual(shape('1 - 2 - 3'))
    expect(shape('(a.b).c')).not.toEqual(shape('a.b.c'))
    expect(shape('((a))')).toEqual(shape('a'))
    expect(shape('(a + b)')).toEqual(shape('a + b'))
  })

  test('reads lists, objects and calls, with a comma behind the last if written', () => {
    expect(shape('[1, [2], ]')).toEqual(shape('[1,[2]]'))
    expect(shape('{ a: 1, "b c": { }, }')).toMatchObject({ kind: 'object', members: [{ key: 'a' }, { key: 'b c' }] })
    expect(shape('max(1, 2,)')).toMatchObject({ kind: 'call', name: 'max', arguments: { length: 2 } })
    expect(shape('now()')).toEqual({ kind: 'call', name: 'now', arguments: [] })
  })

  test('records the span of every part', () => {
    const text = '  max(a.b, 1) '
    const call = parseExpression(text) as Extract<Expression, { kind: 'call' }>
    expect([call.start, call.nameEnd, call.end]).toEqual([2, 5, 13])
    const [path] = call.arguments
    expect(text.slice(path?.start, path?.end)).toBe('a.b')
    const sum = parseExpression('(a) + (b)')
    expect([sum.start, sum.end]).toEqual([0, 9])
    const comparison = parseExpression('(a) == b')
    expect(comparison.start).toBe(0)
  })

  test.each([
    ['', 'a value', 0],
    ['a +', 'a value', 3],
    ['(a', ')', 2],
    ['[1 2]', ',', 3],
    ['f(1', ',', 3],
    ['{ 1: 2 }', 'a key', 2],
    ['{ a 2 }', ':', 4],
    ['{ a: 1, a: 2 }', 'another key', 8],
    ['a.', 'a key or a list index', 2],
    ['a?.', 'a key or a list index', 3],
    ['a.+', 'a key or a list index', 2],
    ['a.01', 'a number such as 0', 2],
    ['a.0b', 'a number such as 0', 2],
    ['a[true]', 'a text or a number such as 0', 2],
    ['a[1.5]', 'a text or a number such as 0', 2],
    ['a[0', ']', 3],
    ['a ? b', ':', 5],
    ['a b', 'an operator', 2],
    ['in', 'a value', 0],
    ['a < b < c', '&& or ||, or parentheses', 6],
    ['a in b in c', '&& or ||, or parentheses', 7],
    ['a = b', '==', 2],
    ['a === b', '==', 2],
    ['a !== b', '!=', 2],
    ['a & b', '&&', 2],
    ['a | b', '||', 2],
    ['a # b', 'a value or an operator', 2],
    ['😀', 'a value or an operator', 0],
    ['\ud800', 'a value or an operator', 0],
    ['1a', 'an operator', 0],
    ['.5', 'a value', 0],
    ['9007199254740992', 'a number up to 9007199254740991, or a text', 0],
    ['1e400', 'a number up to 9007199254740991, or a text', 0],
    ['"a', '"', 0],
    ["'a", "'", 0],
    ['"\\q"', '\\n', 1],
    ['"\\u12"', '\\n', 1],
    ['"\\', '\\n', 1],
    ['a."b"', 'a key or a list index', 2],
    ['`a`', 'a value or an operator', 0],
    ['a => b', '==', 2],
    ['a.b()', 'an operator', 3],
    ['(a)(b)', 'an operator', 3],
  ])('refuses %j and says what it expected', (text, expected, position) => {
    const fault = faultOf(() => parseExpression(text))
    expect(fault.code).toBe('EXPRESSION_SYNTAX')
    expect(fault.details).toMatchObject({ expected: expect.arrayContaining([expected]) })
    expect(fault.message).toContain('line 1')
    expect(fault.details?.position).toBe(position)
  })

  test('refuses half of a surrogate pair in a text', () => {
    expect(faultOf(() => parseExpression('"\\ud800"')).message).toContain('surrogate')
    expect(faultOf(() => parseExpression('"\ud800"')).code).toBe('EXPRESSION_SYNTAX')
  })

  test.each([
    'a.__proto__',
    'a["prototype"]',
    'a?.constructor',
    '{ __proto__: 1 }',
    '{ "__proto__": 1 }',
    '__proto__',
    'constructor + 1',
  ])('refuses the key in %s', (text) => {
    const fault = faultOf(() => parseExpression(text))
    expect(fault.code).toBe('EXPRESSION_KEY_FORBIDDEN')
    expect(['__proto__', 'prototype', 'constructor']).toContain(fault.details?.key)
  })

  test.each(['{ constructor: 1 }', '{ "prototype": { constructor: 1 } }'])('takes a key of data in %s', (text) => {
    expect(parseExpression(text).kind).toBe('object')
  })

  test('reports line and column as an editor counts them', () => {
    expect(faultOf(() => parseExpression('a +\n  #')).details).toMatchObject({ position: 6, line: 2, column: 3 })
    expect(faultOf(() => parseExpression('#')).details).toMatchObject({ position: 0, line: 1, column: 1 })
  })

  describe('limits', () => {
    const { depth, expressionLength, nodes } = EXPRESSION_LIMITS
    const limitOf = (text: string) => faultOf(() => parseExpression(text)).details?.limit

    test.each([
      ['parentheses', (times: number) => `${'('.repeat(times)}1${')'.repeat(times)}`],
      ['lists', (times: number) => `${'['.repeat(times)}${']'.repeat(times)}`],
      ['objects', (times: number) => `${'{a:'.repeat(times)}1${'}'.repeat(times)}`],
      ['calls', (times: number) => `${'f('.repeat(times)}${')'.repeat(times)}`],
      ['brackets', (times: number) => `${'a['.repeat(times)}a${']'.repeat(times)}`],
      ['!', (times: number) => `${'!'.repeat(times)}a`],
      ['-', (times: number) => `${'-'.repeat(times)}1`],
      ['branches', (times: number) => `${'a?b:'.repeat(times)}c`],
    ])('nests %s so deep and no deeper', (_name, nest) => {
      expect(() => parseExpression(nest(depth))).not.toThrow()
      expect(limitOf(nest(depth + 1))).toBe('depth')
      expect(limitOf(nest(2_000))).toBe('depth')
    })

    test('counts the parts of an expression', () => {
      const sum = (operands: number) => Array(operands).fill('1').join('+')
      expect(() => parseExpression(sum(nodes / 2))).not.toThrow()
      expect(limitOf(sum(nodes / 2 + 1))).toBe('nodes')
      expect(limitOf(`a${'.a'.repeat(nodes)}`)).toBe('nodes')
      expect(() => parseExpression(`a${'.a'.repeat(nodes - 2)}`)).not.toThrow()
    })

    test('counts characters from the first to the last of the expression', () => {
      const text = (length: number) => `"${'x'.repeat(length - 2)}"`
      expect(() => parseExpression(`   ${text(expressionLength)}   `)).not.toThrow()
      expect(limitOf(text(expressionLength + 1))).toBe('expressionLength')
    })
  })
})

describe('parseTemplate', () => {
  const parts = (text: string) =>
    parseTemplate(text).parts.map((part) =>
      part.kind === 'text' ? part.text : `<${text.slice(part.start, part.end)}>`,
    )

  test.each([
    ['', []],
    ['plain', ['plain']],
    ['a {{b}} c', ['a ', '<{{b}}>', ' c']],
    ['{{a}}{{b}}', ['<{{a}}>', '<{{b}}>']],
    ['{{ "}}" }}', ['<{{ "}}" }}>']],
    ['{{ {a:{b:1}}}}', ['<{{ {a:{b:1}}}}>']],
    ['{{{a:1}}}', ['<{{{a:1}}}>']],
    ['{{a}}}', ['<{{a}}>', '}']],
    ['a }} b { c', ['a }} b { c']],
    ['{{ "{{" }}', ['<{{ "{{" }}>']],
  ])('reads %j as its parts', (text, expected) => {
    expect(parts(text)).toEqual(expected)
  })

  test('is whole only without text beside the expression', () => {
    expect(parseTemplate('{{ a }}').whole).toMatchObject({ kind: 'root', name: 'a' })
    expect(parseTemplate('{{ a }} ').whole).toBeNull()
    expect(parseTemplate('a').whole).toBeNull()
    expect(parseTemplate('{{a}}{{b}}').whole).toBeNull()
  })

  test.each([
    ['{{', 2],
    ['{{ a', 4],
    ['{{ a }', 5],
    ['{{ a } }', 5],
    ['{{ a b }}', 5],
    ['{{ "a }}', 3],
    ['{{}}', 2],
    ['x {{ a }} {{ ] }}', 13],
    ['{{ a }} {{', 10],
  ])('refuses %j at its position', (text, position) => {
    const fault = templateFault(text)
    expect(fault.code).toBe('EXPRESSION_SYNTAX')
    expect(fault.details?.position).toBe(position)
  })

  test('counts the characters of the whole template', () => {
    const { templateLength } = EXPRESSION_LIMITS
    expect(parseTemplate('x'.repeat(templateLength)).parts).toHaveLength(1)
    expect(templateFault('x'.repeat(templateLength + 1)).details).toMatchObject({
      limit: 'templateLength',
      max: templateLength,
    })
  })
})

describe('isTemplate', () => {
  test('looks for an opening pair of braces', () => {
    expect(isTemplate('a {{b}}')).toBe(true)
    expect(isTemplate('a { b }')).toBe(false)
  })
})
