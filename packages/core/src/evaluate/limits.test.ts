import { describe, expect, test } from 'vitest'
import { analyzeTemplate } from '../expression/analyze.ts'
import { typecheckTemplate } from '../expression/check/typecheck.ts'
import { EXPRESSION_LIMITS } from '../expression/limits.ts'
import { parseExpression } from '../expression/parse.ts'
import { printExpression } from '../expression/printer.ts'
import type { Json } from '../json.ts'
import { evaluateExpression, evaluateTemplate } from './evaluate.ts'
import { EVALUATION_LIMITS } from './limits.ts'
import { createMeter, type Meter, spendSize, spendSteps } from './meter.ts'
import { createPlainScope } from './scope.ts'
import { faultOf } from './testing/faults.ts'

const nest = (depth: number) => Array.from({ length: depth }).reduce<Json>((inner) => ({ a: [inner] }), 1)
const scope = createPlainScope({
  text: 'abcdefgh'.repeat(12_500),
  same: 'a'.repeat(100_000),
  huge: 'x'.repeat(5_000_000),
  list: Array.from({ length: 20_000 }, (_none, at) => at),
  rows: Array.from({ length: 2_000 }, (_none, at) => ({ id: `row ${at}`, n: at })),
  wide: Object.fromEntries(Array.from({ length: 20_000 }, (_none, at) => [`key${at}`, at])),
  many: Array.from({ length: 60_000 }, () => 1),
  deep: nest(5_000),
  pieces: Array.from({ length: 300 }, () => 'x'.repeat(10_000)),
  lone: '\ud800'.repeat(1_000),
})

/** What a limit says of itself, and that it kept itself: nothing was built or done beyond it. */
function limitOf(expression: string): string {
  const meter = createMeter()
  const { code, details } = faultOf(() => evaluateExpression(expression, scope, { meter }))
  expect(code).toBe('EXPRESSION_LIMIT')
  expect(details?.max).toBeGreaterThan(0)
  return details?.limit as string
}

describe('evaluation limits', () => {
  test.each([
    ['repeat("x", 262145)', 'size'],
    ['repeat("x", 9007199254740991)', 'steps'],
    ['repeat(repeat(repeat("ab", 1000), 1000), 1000)', 'size'],
    ['padStart("x", 9007199254740991)', 'steps'],
    ['padEnd("x", 300000, "ab")', 'size'],
    ['padStart("x", 262145, same)', 'size'],
    ['replace(same, "a", "aaaa")', 'steps'],
    ['replace(substring(same, 0, 20000), "a", repeat("b", 20))', 'size'],
    ['replace(replace(replace("aaaaaaaa", "a", repeat("a", 99)), "a", "aaaaaaaaaa"), "a", repeat("a", 99))', 'size'],
    ['split(same, "a")', 'size'],
    ['split(same, "")', 'steps'],
    ['split(substring(same, 0, 40000), "")', 'size'],
    ['join(pieces, "")', 'size'],
    ['join(list, repeat("x", 100))', 'size'],
    ['text(wide)', 'steps'],
    ['toJson([rows, rows], 10)', 'size'],
    ['toJson([rows, rows, rows, rows, rows])', 'steps'],
    ['"" + pieces', 'size'],
    ['same + same + same', 'size'],
    ['[same + "a", same + "b", same + "c"]', 'size'],
    ['upper(same) + lower(upper(same)) + upper(same)', 'size'],
    ['concat(list, list)', 'size'],
    ['range(0, 100000)', 'steps'],
    ['range(0, 40000)', 'size'],
    ['range(0, 9007199254740991, 1e-7)', 'steps'],
    ['reverse(many)', 'steps'],
    ['sort(many)', 'steps'],
    ['unique(many)', 'steps'],
    ['keys(wide) == keys(wide)', 'steps'],
    ['[slice(list, 1), slice(list, 2)]', 'size'],
    ['merge(wide, wide)', 'size'],
    ['entries(wide)', 'steps'],
    ['[values(wide), 1] == [values(wide), 2]', 'steps'],
    ['chunk(list, 1)', 'steps'],
    ['chunk(slice(list, 0, 12000), 1)', 'size'],
    ['many == many', 'steps'],
    ['2 in many', 'steps'],
    ['count(many, "", ">", 0)', 'steps'],
    ['contains(huge, "y")', 'steps'],
    ['huge == huge + ""', 'steps'],
    ['length(huge)', 'steps'],
    ['upper(huge)', 'steps'],
    ['parseJson(huge)', 'steps'],
    ['base64Encode(huge)', 'steps'],
    ['sha256(huge)', 'steps'],
    ['formatDate(0, repeat("yyyy ", 40000))', 'steps'],
    ['deep == deep', 'valueDepth'],
    ['toJson(deep)', 'valueDepth'],
    ['"" + deep', 'valueDepth'],
    ['unique([deep])', 'valueDepth'],
    ['parseJson(repeat("[", 129))', 'valueDepth'],
    ['parseJson(repeat("{\\"a\\":", 129))', 'valueDepth'],
    ['parseJson("[" + repeat("[],", 20000) + "[]]")', 'size'],
    ['pluck(rows, repeat("a.", 2000))', 'nodes'],
  ])('%s ends at its limit', (expression, limit) => {
    expect(limitOf(expression)).toBe(limit)
  })

  test('accepts values up to the limit', () => {
    const { size } = EVALUATION_LIMITS
    expect(evaluateExpression(`repeat("x", ${size})`, scope)).toHaveLength(size)
    expect(evaluateExpression(`parseJson(repeat("[", 128) + repeat("]", 128))`, scope)).toHaveLength(1)
    const meter = createMeter()
    evaluateExpression('[huge, deep, wide, many]', scope, { meter })
    expect(meter.size).toBe(40)
  })

  test('counts the texts of a template as they come together', () => {
    const { size } = EVALUATION_LIMITS
    const text = 'x'.repeat(size - 7)
    expect(evaluateTemplate(`${text}{{ 1 }}`, scope)).toHaveLength(size - 6)
    expect(faultOf(() => evaluateTemplate(`{{ same }}{{ same }}{{ same }}`, scope)).details).toMatchObject({
      limit: 'size',
    })
  })

  test('builds a long chain of texts at the cost of the result, not of every step', () => {
    const chain = Array(150).fill('"0123456789"').join(' + ')
    const meter = createMeter()
    expect(evaluateExpression(chain, scope, { meter })).toHaveLength(1_500)
    expect(meter.size).toBe(1_500)
  })

  test('reads lone surrogates without growing or failing', () => {
    expect(evaluateExpression('length(lone)', scope)).toBe(1_000)
    expect(evaluateExpression('substring(lone, 1, 3)', scope)).toBe('\ud800\ud800')
    expect(evaluateExpression('length(split(lone, ""))', scope)).toBe(1_000)
    expect(evaluateExpression('matches(lone, ".")', scope)).toBe(true)
  })

  test.each([
    ['a path without end', `a${'.a'.repeat(EXPRESSION_LIMITS.nodes)}`],
    ['nesting without end', '('.repeat(10_000)],
    ['prefixes without end', '!'.repeat(100_000)],
    ['lists without end', '['.repeat(100_000)],
    ['a text without end', `"${'x'.repeat(EXPRESSION_LIMITS.expressionLength)}"`],
    ['one long number', '1'.repeat(200_000)],
  ])('%s ends in a typed error', (_name, expression) => {
    expect(['EXPRESSION_LIMIT', 'EXPRESSION_SYNTAX']).toContain(
      faultOf(() => evaluateExpression(expression, scope)).code,
    )
  })
})

describe('depth', () => {
  test('is bounded so that every operator may nest as deep as is allowed', () => {
    const one = (inner: string) => `(null ?? false || true && 1 == 0 + 1 * -(${inner}) ? 1 : 2)`
    const text = Array.from({ length: 20 }).reduce<string>(one, '1')
    expect(evaluateExpression(text, scope)).toBe(2)
    const parsed = parseExpression(text)
    expect(printExpression(parseExpression(printExpression(parsed)))).toBe(printExpression(parsed))
    expect(typecheckTemplate(`{{ ${text} }}`, {}).problems).toEqual([])
    expect(analyzeTemplate(`{{ ${text} }}`).reads).toEqual([])
  })
})

describe('patterns', () => {
  test.each([
    ['matches("a", repeat("a", 257))', 'patternLength'],
    ['matches("a", "(a{100}){100}")', 'patternSize'],
    ['matches("a", "a{1000}a{1000}")', 'patternSize'],
    ['matches("a", "\\\\Q(a{9})\\\\E")', 'patternSize'],
    ['extractAll(text, "a.*z|a")', 'steps'],
    ['extractAll(text, "[^z]*z|.")', 'steps'],
    ['extractAll(text, "(?:a?){100}b|a")', 'steps'],
    ['matches(same, "(?:a?){50}a{50}b|c$")', 'steps'],
    ['matches(same, "(x+x+)+y|a$|b")', 'steps'],
    ['replacePattern(same, "a", "aaaaaaaa")', 'steps'],
    ['replacePattern(substring(same, 0, 500), "(a+)", repeat("$1", 600))', 'size'],
    ['replacePattern("aaaa", "a", repeat("$0", 40000))', 'steps'],
    ['extractAll(same, "")', 'steps'],
    ['extractAll(repeat("ab", 9000), "(((((ab)))))")', 'steps'],
    ['filter(pieces, "", "matches", "(a|x)*y|[^x]")', 'steps'],
  ])('%s ends at its limit', (expression, limit) => {
    expect(limitOf(expression)).toBe(limit)
  })

  test.each([
    ['(a*)*b', false],
    ['(a|a)*b', false],
    ['(a+)+$', true],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', false],
    ['(.*)*x', false],
  ])('%s, which never ends elsewhere, is %s at once', (pattern, expected) => {
    const hay = createPlainScope({ hay: 'a'.repeat(2_000) })
    const meter = createMeter()
    expect(evaluateExpression(`matches(hay, ${JSON.stringify(pattern)})`, hay, { meter })).toBe(expected)
    expect(meter.steps).toBeLessThan(EVALUATION_LIMITS.steps)
  })

  test('cost what they read: a long text that is read once stays cheap', () => {
    const meter = createMeter()
    const prose = createPlainScope({ prose: 'some words  with   space '.repeat(1_000) })
    expect(evaluateExpression('length(replacePattern(prose, "\\\\s+", " "))', prose, { meter })).toBe(22_000)
    expect(meter.steps).toBeLessThan(EVALUATION_LIMITS.steps)
  })

  test('are compiled once an evaluation', () => {
    const steps = (expression: string) => {
      const meter = createMeter()
      evaluateExpression(expression, scope, { meter })
      return meter.steps
    }
    const one = steps('matches("b", "^a{200}")')
    expect(steps('[matches("b", "^a{200}"), matches("b", "^a{200}")]')).toBeLessThan(one + 20)
  })
})

describe('a search in a long text', () => {
  test('takes no longer for a text that nearly occurs everywhere', () => {
    const near = createPlainScope({ hay: 'a'.repeat(200_000), needle: `b${'a'.repeat(60_000)}` })
    for (const expression of [
      'contains(hay, needle)',
      'needle in hay',
      'indexOf(hay, needle) > 0',
      'length(split(hay, needle)) > 1',
      'replace(hay, needle, "") != hay',
    ]) {
      expect(evaluateExpression(expression, near)).toBe(false)
    }
  })
})

describe('spendSteps and spendSize', () => {
  test('let nothing pass that is no number', () => {
    const meter: Meter = createMeter()
    expect(() => spendSteps(meter, Number.NaN)).toThrowError(expect.objectContaining({ code: 'EXPRESSION_LIMIT' }))
    expect(() => spendSize(meter, Number.NaN)).toThrowError(expect.objectContaining({ code: 'EXPRESSION_LIMIT' }))
  })
})
