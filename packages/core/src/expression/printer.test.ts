import { describe, expect, test } from 'vitest'
import type { Expression } from './ast.ts'
import { EXPRESSION_LIMITS } from './limits.ts'
import { parseExpression, parseTemplate } from './parse.ts'
import { printExpression, printTemplate } from './printer.ts'

const withoutSpans = (expression: Expression): string =>
  JSON.stringify(expression, (key, value) => (/^(start|end|nameEnd)$/.test(key) ? undefined : value))

const compactOnly = (body: string) => {
  const filler = Array(EXPRESSION_LIMITS.nodes / 2 - 40)
    .fill('1e15')
    .join(',')
  return `[${body},${filler}]`
}

describe('printExpression', () => {
  test.each([
    ['a.b["c"]["d e"][0]', 'a.b.c["d e"].0'],
    ['a?.b?.["c d"]?.[0]?.[ x ]', 'a?.b?.["c d"]?.0?.[x]'],
    ['1[0]', '1[0]'],
    ['1?.[0]', '1?.0'],
    ['(1).a', '1.a'],
    ['(-1).a', '(-1).a'],
    ['(a.b).c', '(a.b).c'],
    ['(a+b)+c-(d-e)', 'a + b + c - (d - e)'],
    ['(a*b)+(c%d)/2', 'a * b + c % d / 2'],
    ['((a&&b)||c)??d', 'a && b || c ?? d'],
    ['(a??b)||c', '(a ?? b) || c'],
    ['!(a==b)', '!(a == b)'],
    ['(a==b)==c', '(a == b) == c'],
    ['- - 1', '--1'],
    ['(a?b:c)?d:(e?f:g)', '(a ? b : c) ? d : e ? f : g'],
    ['"x"in y', '"x" in y'],
    ['f( a ,b, )', 'f(a, b)'],
    ['{ }', '{}'],
    ['{"a":1,"b c":[1,2,]}', '{ a: 1, "b c": [1, 2] }'],
    ['\'say "hi"\'', '\'say "hi"\''],
    ["'a\\'\"'", '"a\'\\""'],
    ['"tab\\t\\u0041"', '"tab\\tA"'],
    ['1.50e2', '150'],
    ['1e-9', '1e-9'],
    ['null', 'null'],
  ])('prints %s as %s', (text, printed) => {
    expect(printExpression(parseExpression(text))).toBe(printed)
    expect(withoutSpans(parseExpression(printed))).toBe(withoutSpans(parseExpression(text)))
  })

  test.each([
    '{a:1,"b c":"x\ny"}',
    'a?b:c',
    '"a"in"b"',
    'a in b',
    '(a.b)in[c]',
    'a in!b',
    '[a?.b??-1,f(1,2)]',
    "'\"'",
    '1e-7',
    '1.5e-10',
    '0',
    '{}',
    '12345',
  ])('leaves spaces out where they would pass the length limit: %s', (body) => {
    const text = compactOnly(body)
    const expression = parseExpression(text)
    const printed = printExpression(expression)
    expect(printed.length).toBeLessThanOrEqual(text.length)
    expect(withoutSpans(parseExpression(printed))).toBe(withoutSpans(expression))
  })
})

describe('printTemplate', () => {
  test.each([
    ['plain', 'plain'],
    ['a {{b+1}} c{{ {d:1} }}', 'a {{ b + 1 }} c{{ { d: 1 } }}'],
    ['{{{a:{}}}}}', '{{ { a: {} } }}}'],
  ])('prints %s as %s', (text, printed) => {
    expect(printTemplate(parseTemplate(text))).toBe(printed)
    expect(printTemplate(parseTemplate(printed))).toBe(printed)
  })

  test('prints a template at its length limit so that it can be read again', () => {
    const part = '{{a+{b:1}}}'
    const text = part.repeat(Math.floor(EXPRESSION_LIMITS.templateLength / part.length))
    const printed = printTemplate(parseTemplate(text))
    expect(printed).toBe(text)
    expect(parseTemplate(printed).parts).toHaveLength(parseTemplate(text).parts.length)
  })
})
