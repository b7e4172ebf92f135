import { describe, expect, test } from 'vitest'
import { parseExpression, parseTemplate } from '../expression/parse.ts'
import type { Json } from '../json.ts'
import { evaluateExpression, evaluateTemplate } from './evaluate.ts'
import { createMeter } from './meter.ts'
import { createPlainScope } from './scope.ts'
import { faultOf, outcomeOf } from './testing/faults.ts'

const input = {
  name: 'Ada',
  score: 0.9,
  nothing: null,
  list: [1, 'two', { three: 3 }],
  nested: { a: { b: 1 }, 'odd key': 2, '0': 'zero' },
  yes: true,
}
const scope = createPlainScope({ input, index: 1, key: 'name', big: 1e300 })
const value = (expression: string) => evaluateExpression(expression, scope)
const outcome = (expression: string) => outcomeOf(() => value(expression))

describe('evaluateExpression', () => {
  test.each<[string, Json]>([
    ['1 + 2 * 3', 7],
    ['7 - 2 - 1', 4],
    ['7 / 2', 3.5],
    ['7 % 4', 3],
    ['-7 % 4', -3],
    ['-(2)', -2],
    ['-0', 0],
    ['0 * -1', 0],
    ['0.1 + 0.2', 0.30000000000000004],
    ['"a" + 1 + 2', 'a12'],
    ['1 + 2 + "a"', '3a'],
    ['"a" + null + true + [1, "b"] + { k: 1 }', 'atrue[1,"b"]{"k":1}'],
    ['1 - 1 + "x"', '0x'],
    ['!true', false],
    ['true && false', false],
    ['true && true && true', true],
    ['false || true', true],
    ['false || false', false],
    ['1 == 1', true],
    ['1 == "1"', true],
    ['1 == "one"', false],
    ['1 < "2"', true],
    ['null == false', false],
    ['[1, { a: [2] }] == [1, { a: [2] }]', true],
    ['[1] == [1, 2]', false],
    ['[1] == [2]', false],
    ['{ a: 1, b: 2 } == { b: 2, a: 1 }', true],
    ['{ a: 1 } == { b: 1 }', false],
    ['{ a: 1 } == { a: 1, b: 2 }', false],
    ['"ab" == "ac"', false],
    ['"ab" == "abc"', false],
    ['1 != 2', true],
    ['1 < 2', true],
    ['2 <= 2', true],
    ['3 > 2', true],
    ['2 >= 3', false],
    ['"a" < "b"', true],
    ['"b" > "a" && "b" >= "b" && "a" <= "b"', true],
    ['"2026-01-31" < "2026-02-01"', true],
    ['2 in [1, 2]', true],
    ['{ a: 1 } in [{ a: 1 }]', true],
    ['"da" in "Ada"', true],
    ['"name" in input', true],
    ['"toString" in input', false],
    ['true ? 1 : missing', 1],
    ['false ? missing : 2', 2],
    ['null ?? 1', 1],
    ['0 ?? 1', 0],
    ['false ?? 1', false],
    ['{ a: 1, "b c": [2] }', { a: 1, 'b c': [2] }],
    ['[]', []],
    ['input.name', 'Ada'],
    ['input.list.0', 1],
    ['input.list[2].three', 3],
    ['input.list[index]', 'two'],
    ['input[key]', 'Ada'],
    ['input["nested"]["odd key"]', 2],
    ['input.nested.0', 'zero'],
    ['input.nested[0]', 'zero'],
    ['[1, 2][1]', 2],
    ['"a".0 ?? "none"', 'none'],
    ['input == input', true],
    ['big', 1e300],
  ])('%s', (expression, expected) => {
    expect(value(expression)).toEqual(expected)
  })

  test.each([
    ['input.nmae', 'EXPRESSION_PATH_MISSING input.nmae is missing'],
    ['input.nested.a.c', 'EXPRESSION_PATH_MISSING input.nested.a.c is missing'],
    ['input.nothing.x', 'EXPRESSION_PATH_MISSING input.nothing.x is missing: input.nothing is null'],
    ['input.name.x', 'EXPRESSION_PATH_MISSING input.name.x is missing: input.name is a text'],
    ['input.list.5', 'EXPRESSION_PATH_MISSING input.list.5 is missing: input.list is a list'],
    ['input.list[0 - 1]', 'EXPRESSION_PATH_MISSING input.list[0 - 1] is missing: input.list is a list'],
    ['input.list[0.5 + 1]', 'EXPRESSION_PATH_MISSING input.list[0.5 + 1] is missing: input.list is a list'],
    ['input.list.length', 'EXPRESSION_PATH_MISSING input.list.length is missing: input.list is a list'],
    ['input.list["1" + ""]', 'EXPRESSION_PATH_MISSING input.list["1" + ""] is missing: input.list is a list'],
    ['"abc".length', 'EXPRESSION_PATH_MISSING "abc".length is missing: "abc" is a text'],
    ['missing', 'EXPRESSION_PATH_MISSING There is no missing here'],
    ['missing.a', 'EXPRESSION_PATH_MISSING There is no missing here'],
    ['toString', 'EXPRESSION_PATH_MISSING There is no toString here'],
    ['input.toString', 'EXPRESSION_PATH_MISSING input.toString is missing'],
    ['input.hasOwnProperty', 'EXPRESSION_PATH_MISSING input.hasOwnProperty is missing'],
    ['input["__pro" + "to__"]', 'EXPRESSION_KEY_FORBIDDEN The key "__proto__" is not allowed'],
    ['input?.["const" + "ructor"] ?? 1', 'EXPRESSION_KEY_FORBIDDEN The key "constructor" is not allowed'],
    ['input[true == true]', 'EXPRESSION_TYPE A key is a text or a number, not a boolean'],
    ['1 + true', 'EXPRESSION_TYPE + joins numbers or texts, not a number and a boolean'],
    ['[1] + [2]', 'EXPRESSION_TYPE + joins numbers or texts, not a list and a list'],
    ['"3" * 2', 'EXPRESSION_TYPE * takes numbers, not a text and a number'],
    ['1 - null', 'EXPRESSION_TYPE - takes numbers, not a number and null'],
    ['-"a"', 'EXPRESSION_TYPE - takes a number, not a text'],
    ['!1', 'EXPRESSION_TYPE ! takes true or false, not a number'],
    ['1 && true', 'EXPRESSION_TYPE && takes true or false, not a number'],
    ['false || ""', 'EXPRESSION_TYPE || takes true or false, not a text'],
    ['null ? 1 : 2', 'EXPRESSION_TYPE ? takes true or false, not null'],
    ['1 < "b"', 'COMPARISON_TYPES_DIFFER < cannot compare a number with a text: the text is not a number'],
    ['null >= 1', 'COMPARISON_TYPES_DIFFER >= cannot compare null with a number'],
    ['true > false', 'EXPRESSION_TYPE > compares numbers, texts or dates, not two of type boolean'],
    ['1 in "1"', 'EXPRESSION_TYPE A number cannot be in a text'],
    ['"a" in 1', 'EXPRESSION_TYPE A text cannot be in a number'],
    ['null in {}', 'EXPRESSION_TYPE Null cannot be in an object'],
    ['1 / 0', 'EXPRESSION_VALUE Division by zero'],
    ['1 % 0', 'EXPRESSION_VALUE Division by zero'],
    ['9007199254740991 + 1', 'EXPRESSION_VALUE The result is too large to be exact'],
    ['9007199254740991 * 9007199254740991', 'EXPRESSION_VALUE The result is too large to be exact'],
    ['big * big', 'EXPRESSION_VALUE The result is not a finite number'],
    ['nope(1)', 'EXPRESSION_FUNCTION_UNKNOWN There is no function nope'],
    ['lenght("a")', 'EXPRESSION_FUNCTION_UNKNOWN There is no function lenght; did you mean length?'],
    ['toString()', 'EXPRESSION_FUNCTION_UNKNOWN There is no function toString'],
    ['upper()', 'EXPRESSION_ARGUMENTS upper is called as upper(text)'],
    ['upper("a", "b")', 'EXPRESSION_ARGUMENTS upper is called as upper(text)'],
    ['now(1)', 'EXPRESSION_ARGUMENTS now is called as now()'],
    ['upper(1)', 'EXPRESSION_TYPE upper takes a text as text, not a number'],
    ['length(1)', 'EXPRESSION_TYPE length takes a text or a list or an object as value, not a number'],
    ['upper(null)', 'EXPRESSION_TYPE upper takes a text as text, not null'],
    [
      'datePart("2026-01-01", "era")',
      'EXPRESSION_ARGUMENTS datePart takes as part one of: year, month, day, weekday, hour, minute, second, millisecond',
    ],
  ])('%s is a fault', (expression, expected) => {
    expect(outcome(expression)).toBe(expected)
  })

  test.each<[string, Json]>([
    ['input.nmae ?? "x"', 'x'],
    ['missing ?? "x"', 'x'],
    ['missing.a.b ?? "x"', 'x'],
    ['input.nothing.x.y ?? "x"', 'x'],
    ['input.name.x ?? input.other ?? "x"', 'x'],
    ['input.name ?? missing', 'Ada'],
    ['input?.nmae', null],
    ['missing?.a', null],
    ['input.nested.zzz?.x', null],
    ['input?.zzz.x.y', null],
    ['input.nothing?.x.y', null],
    ['input.name?.x', null],
    ['input.list?.["x"]', null],
    ['input.list?.[7]', null],
    ['input.name?.x ?? "x"', 'x'],
  ])('%s opts out of missing values', (expression, expected) => {
    expect(value(expression)).toEqual(expected)
  })

  test.each([
    ['upper(input.nmae) ?? "x"', 'input.nmae'],
    ['(input.nmae + "") ?? "x"', 'input.nmae'],
    ['input.a.b?.c', 'input.a'],
    ['input.name ?? input.b && input.c', ''],
    ['null ?? input.zzz', 'input.zzz'],
  ])('%s opts out only where it says so', (expression, path) => {
    if (path === '') expect(value(expression)).toBe('Ada')
    else expect(faultOf(() => value(expression)).details).toMatchObject({ path })
  })

  test('evaluates only what it needs', () => {
    expect(value('false && missing')).toBe(false)
    expect(value('true || missing')).toBe(true)
    expect(value('1 ?? missing')).toBe(1)
  })

  test('takes a parsed expression', () => {
    expect(evaluateExpression(parseExpression('1 + 1'), scope)).toBe(2)
  })

  test('reports the position of a fault in the template', () => {
    const template = 'Dear {{ input.nmae }}'
    const { details } = faultOf(() => evaluateTemplate(template, scope))
    expect(template.slice(details?.position as number, details?.end as number)).toBe('nmae')
  })

  test('never names a value in a message', () => {
    const secret = createPlainScope({ input: { token: 's3cret', key: 's3cret-key' } })
    for (const text of [
      'input.token * 1',
      'input.token.x',
      'upper(input)',
      'number(input.token)',
      'date(input.token)',
      'matches("a", input.token + "(")',
      'parseJson(input.token)',
      'addTime(0, 1, input.token)',
    ]) {
      expect(outcomeOf(() => evaluateExpression(text, secret))).not.toContain('s3cret')
    }
  })
})

describe('evaluateTemplate', () => {
  test.each<[string, Json]>([
    ['', ''],
    ['plain }} text', 'plain }} text'],
    ['{{ input.score }}', 0.9],
    ['{{ input.list }}', input.list],
    ['{{ input.nothing }}', null],
    [' {{ input.score }}', ' 0.9'],
    ['{{ input.name }}{{ input.yes }}', 'Adatrue'],
    ['a {{ input.nothing }} b {{ input.list }} {{ { a: 1.5 } }}', 'a  b [1,"two",{"three":3}] {"a":1.5}'],
    ['{{ "{{" }} literal', '{{ literal'],
  ])('%s', (template, expected) => {
    expect(evaluateTemplate(template, scope)).toEqual(expected)
  })

  test('gives references, not copies, and leaves its scope alone', () => {
    expect(evaluateTemplate('{{ input.list }}', scope)).toBe(input.list)
    const before = JSON.stringify(input)
    evaluateTemplate('{{ merge(input, { name: "x" }) }} {{ sort([2, 1]) }} {{ set(input, "a", 1) }}', scope)
    expect(JSON.stringify(input)).toBe(before)
  })

  test('takes a parsed template, as often as wanted', () => {
    const template = parseTemplate('{{ input.name }}!')
    expect(evaluateTemplate(template, scope)).toBe('Ada!')
    expect(evaluateTemplate(template, createPlainScope({ input: { name: 'Bo' } }))).toBe('Bo!')
  })

  test('throws what the parser throws', () => {
    expect(faultOf(() => evaluateTemplate('{{ a', scope)).code).toBe('EXPRESSION_SYNTAX')
  })

  test('reports a path that cannot be read as a fault of the call', () => {
    const at = { position: 5, end: 21, function: 'pluck' }
    expect(faultOf(() => evaluateTemplate('a {{ pluck([], "a +") }}', scope)).details).toEqual({
      reason: 'path',
      ...at,
    })
    const forbidden = faultOf(() => evaluateTemplate('a {{ pluck([], "a.__proto__") }}', scope)).details
    expect(forbidden).toEqual({ ...at, end: 29, key: '__proto__' })
  })

  test('counts on the meter that it is given, the same each time', () => {
    const cost = (template: string) => {
      const meter = createMeter()
      evaluateTemplate(template, scope, { meter })
      return [meter.steps, meter.size]
    }
    expect(cost('plain')).toEqual([0, 0])
    expect(cost('{{ 1 }}')).toEqual([1, 0])
    expect(cost('{{ input.name }}')).toEqual([2, 0])
    expect(cost('{{ [1, 2] }}')).toEqual([5, 24])
    expect(cost('a{{ "b" }}')).toEqual([3, 2])
    const template = '{{ join(sort(pluck([{ n: "b" }, { n: "a" }], "n"))) }}'
    expect(cost(template)).toEqual(cost(template))
  })

  test('keeps the limits that it is given', () => {
    expect(evaluateTemplate('{{ 1 + 1 }}', scope, { maxSteps: 4 })).toBe(2)
    expect(faultOf(() => evaluateTemplate('{{ 1 + 1 }}', scope, { maxSteps: 3 })).details).toEqual({
      limit: 'steps',
      max: 3,
    })
    expect(faultOf(() => evaluateTemplate('{{ [1] }}', scope, { maxSize: 15 })).details).toEqual({
      limit: 'size',
      max: 15,
    })
  })
})
