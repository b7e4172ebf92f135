import { describe, expect, test } from 'vitest'
import { TenonError } from '../errors/index.ts'
import type { Expression } from './ast.ts'
import { EXPRESSION_LIMITS } from './limits.ts'
import { isTemplate, parseExpression, parseTemplate } from './parse.ts'
import { type SyntaxFault, syntaxMessage } from './syntax-fault.ts'

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

  test.each<[text: string, fault: SyntaxFault, position: number]>([
    ['', { reason: 'empty' }, 0],
    [' ', { reason: 'empty' }, 1],
    ['a +', { reason: 'unfinished', expected: 'value' }, 3],
    ['(a', { reason: 'unfinished', expected: ')' }, 2],
    ['[1 2]', { reason: 'unexpected', found: 'number', expected: ',' }, 3],
    ['f(1', { reason: 'unfinished', expected: ',' }, 3],
    ['{ 1: 2 }', { reason: 'unexpected', found: 'number', expected: 'key' }, 2],
    ['{ a 2 }', { reason: 'unexpected', found: 'number', expected: ':' }, 4],
    ['{ a: 1, a: 2 }', { reason: 'duplicate_key', key: 'a' }, 8],
    ['a.', { reason: 'unfinished', expected: 'key_or_index' }, 2],
    ['a?.', { reason: 'unfinished', expected: 'key_or_index' }, 3],
    ['a.+', { reason: 'unexpected', found: '"+"', expected: 'key_or_index' }, 2],
    ['a.01', { reason: 'list_index' }, 2],
    ['a.0b', { reason: 'list_index' }, 2],
    ['a[true]', { reason: 'segment' }, 2],
    ['a[1.5]', { reason: 'segment' }, 2],
    ['a[0', { reason: 'unfinished', expected: ']' }, 3],
    ['a ? b', { reason: 'unfinished', expected: ':' }, 5],
    ['a b', { reason: 'unexpected', found: '"b"', expected: 'operator, end' }, 2],
    ['a "b"', { reason: 'unexpected', found: 'text', expected: 'operator, end' }, 2],
    ['in', { reason: 'unexpected', found: '"in"', expected: 'value' }, 0],
    ['a < b < c', { reason: 'chained_comparison' }, 6],
    ['a in b in c', { reason: 'chained_comparison' }, 7],
    ['a = b', { reason: 'foreign_operator', wrong: '=', right: '==' }, 2],
    ['a === b', { reason: 'foreign_operator', wrong: '===', right: '==' }, 2],
    ['a !== b', { reason: 'foreign_operator', wrong: '!==', right: '!=' }, 2],
    ['a & b', { reason: 'foreign_operator', wrong: '&', right: '&&' }, 2],
    ['a | b', { reason: 'foreign_operator', wrong: '|', right: '||' }, 2],
    ['a # b', { reason: 'character' }, 2],
    ['😀', { reason: 'character' }, 0],
    ['\ud800', { reason: 'character' }, 0],
    ['1a', { reason: 'name_after_number' }, 0],
    ['.5', { reason: 'unexpected', found: '"."', expected: 'value' }, 0],
    ['9007199254740992', { reason: 'inexact_number' }, 0],
    ['1e400', { reason: 'inexact_number' }, 0],
    ['"a', { reason: 'unclosed_text' }, 0],
    ["'a", { reason: 'unclosed_text' }, 0],
    ['"\\q"', { reason: 'unknown_escape' }, 1],
    ['"\\u12"', { reason: 'unknown_escape' }, 1],
    ['"\\', { reason: 'unknown_escape' }, 1],
    ['a."b"', { reason: 'unexpected', found: 'text', expected: 'key_or_index' }, 2],
    ['`a`', { reason: 'character' }, 0],
    ['a => b', { reason: 'foreign_operator', wrong: '=', right: '==' }, 2],
    ['a.b()', { reason: 'unexpected', found: '"("', expected: 'operator, end' }, 3],
    ['(a)(b)', { reason: 'unexpected', found: '"("', expected: 'operator, end' }, 3],
    ['"\\ud800"', { reason: 'lone_surrogate' }, 0],
    ['"\ud800"', { reason: 'lone_surrogate' }, 0],
  ])('refuses %j and says why', (text, fault, position) => {
    const error = faultOf(() => parseExpression(text))
    expect(error.code).toBe('EXPRESSION_SYNTAX')
    expect(error.message).toBe(`${syntaxMessage(fault)} (line 1, column ${position + 1})`)
    expect(error.details).toEqual({ ...fault, position, line: 1, column: position + 1 })
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

  test.each<[text: string, fault: SyntaxFault, position: number]>([
    ['{{', { reason: 'empty' }, 2],
    ['{{ a', { reason: 'unclosed' }, 4],
    ['{{ a }', { reason: 'unexpected', found: '"}"', expected: 'operator, }}' }, 5],
    ['{{ a } }', { reason: 'unexpected', found: '"}"', expected: 'operator, }}' }, 5],
    ['{{ a b }}', { reason: 'unexpected', found: '"b"', expected: 'operator, }}' }, 5],
    ['{{ "a }}', { reason: 'unclosed_text' }, 3],
    ['{{}}', { reason: 'empty' }, 2],
    ['{{ a + }}', { reason: 'unfinished', expected: 'value' }, 7],
    ['x {{ a }} {{ ] }}', { reason: 'unexpected', found: '"]"', expected: 'value' }, 13],
    ['{{ a }} {{', { reason: 'empty' }, 10],
  ])('refuses %j at its position', (text, fault, position) => {
    const error = templateFault(text)
    expect(error.code).toBe('EXPRESSION_SYNTAX')
    expect(error.details).toEqual({ ...fault, position, line: 1, column: position + 1 })
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
