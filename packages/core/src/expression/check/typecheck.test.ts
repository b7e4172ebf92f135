import { describe, expect, test } from 'vitest'
import { expectShown } from '../../../test/validation.ts'
import type { Json, JsonSchema } from '../../json.ts'
import { parseTemplate } from '../parse.ts'
import type { ScopeSchema } from './problem.ts'
import { typecheckTemplate } from './typecheck.ts'

const closed = (properties: Record<string, Json>): JsonSchema & Json => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

const text = { type: 'string' }
const number = { type: 'number' }
const line = closed({ sku: text, price: number, next: { anyOf: [closed({ id: text }), { type: 'null' }] } })

const scope: ScopeSchema = {
  input: {
    ...(closed({ name: text, score: number, status: { enum: ['open', 'closed'] }, 'content-type': text }) as object),
    properties: {
      name: text,
      score: number,
      status: { enum: ['open', 'closed'] },
      flag: { type: 'boolean' },
      maybe: text,
      nothing: { type: 'null' },
      either: { type: ['string', 'number'] },
      orNull: { type: ['number', 'null'] },
      'content-type': text,
      lines: { type: 'array', items: line },
      customer: { anyOf: [closed({ id: text }), { type: 'null' }] },
      open: { type: 'object', properties: { known: text } },
      answer: { type: 'object', properties: { status: number }, required: ['status'], additionalProperties: {} },
      any: true,
    },
    required: [
      'name',
      'score',
      'status',
      'flag',
      'nothing',
      'either',
      'orNull',
      'content-type',
      'lines',
      'customer',
      'open',
      'answer',
      'any',
    ],
  },
  branch: { anyOf: [closed({ a: text }), closed({ a: text }), closed({ a: number }), closed({ b: text })] },
  index: { type: 'integer' },
  vars: true,
}

const problemsOf = (template: string) =>
  typecheckTemplate(template, scope).problems.map(({ severity, message, values, start, end }) => {
    expectShown(message, values)
    return `${severity} [${template.slice(start, end)}] ${message}`
  })

const fixed = (template: string): string[] =>
  typecheckTemplate(template, scope).problems.map(({ fix }) =>
    fix === undefined ? 'no fix' : template.slice(0, fix.start) + fix.text + template.slice(fix.end),
  )

describe('typecheckTemplate', () => {
  test.each([
    'plain text',
    '{{ input.name }} and {{ input.lines.0.sku }}',
    '{{ input.maybe ?? "none" }}',
    '{{ input?.maybe }}',
    '{{ input.customer?.id }}',
    '{{ input.lines[index].price * 2 - input.score / 3 % 2 }}',
    '{{ !input.flag && input.score > 0.7 || input.status == "open" }}',
    '{{ input.name + input.score }}',
    '{{ input.any.what.ever + 1 }}',
    '{{ vars[input.name] }}',
    '{{ "a" in input.lines || "a" in input.name || "a" in input.open }}',
    '{{ 1 in [1, 2] }}',
    '{{ input.flag ? 1 : "a" }}',
    '{{ -input.score < 3 && input.name >= "a" }}',
    '{{ filter(input.lines, "price", ">", 3) }}',
    '{{ sort(input.lines, null, "descending") }}',
    '{{ pluck(input.lines, "next?.id") }}',
    '{{ pluck(input.lines, input.name) }}',
    '{{ sort(input.lines, "next.id") }}',
    '{{ input.any == 1 }}',
    '{{ input.any < 1 }}',
    '{{ "a" >= input.any }}',
    '{{ input.any > vars.x }}',
    '{{ input.name == "x" }}',
    '{{ vars.x in vars.y }}',
    '{{ now() }}',
    '{{ first([]) }}',
    '{{ [].0 }}',
    '{{ [].0.x }}',
    '{{ input.score == 1 }}',
    '{{ sort([], "a") }}',
    '{{ input.status != "closed" }}',
    '{{ input.either + "x" }}',
    '{{ input.name == input.status }}',
    '{{ input.nothing?.x }}',
  ])('finds nothing wrong with %s', (template) => {
    expect(problemsOf(template)).toEqual([])
  })

  test.each([
    ['{{ inptu.name }}', 'error [inptu] There is no inptu here; did you mean input?'],
    ['{{ zzz }}', 'error [zzz] There is no zzz here'],
    ['{{ zzz ?? 1 }}', 'warning [zzz] There is no zzz here'],
    ['{{ zzz?.a }}', 'warning [zzz] There is no zzz here'],
    ['{{ input.nmae }}', 'error [nmae] input.nmae is missing; did you mean name?'],
    ['{{ input.nmae ?? 1 }}', 'warning [nmae] input.nmae is missing; did you mean name?'],
    ['{{ input.lines.0.foo.bar }}', 'error [foo] input.lines.0.foo is missing'],
    ['{{ input.name.x }}', 'error [x] input.name.x is missing: input.name is a text'],
    ['{{ input.name?.x }}', 'warning [x] input.name?.x is missing: input.name is a text'],
    ['{{ input.nothing.x }}', 'error [x] input.nothing.x is missing: input.nothing is null'],
    ['{{ input.customer.name }}', 'error [name] input.customer.name is missing'],
    ['{{ input.either.x }}', 'error [x] input.either.x is missing: input.either is a text or a number'],
    ['{{ input[0] }}', 'error [0] input.0 is missing'],
    ['{{ input.lines.sku }}', 'error [sku] input.lines.sku is missing: input.lines is a list'],
    ['{{ "a".b }}', 'error [b] "a".b is missing: "a" is a text'],
    ['{{ input.answer.scor }}', 'warning [scor] input.answer.scor may be missing'],
    ['{{ input.open.knwon }}', 'warning [knwon] input.open.knwon is not declared; did you mean known?'],
    ['{{ input.maybe }}', 'warning [maybe] input.maybe may be missing'],
    ['{{ input.customer.id }}', 'warning [id] input.customer may be null'],
    ['{{ ({ a: 1 })["b"] }}', 'error ["b"] { a: 1 }.b is missing'],
    ['{{ branch.a }}', 'warning [a] branch.a exists on 3 of 4 paths'],
    ['{{ branch["b"] }}', 'warning ["b"] branch.b exists on 1 of 4 paths'],
    [
      '{{ (input.customer ?? input.customer).id }}',
      'warning [id] (input.customer ?? input.customer).id may be missing',
    ],
  ])('judges the path of %s', (template, problem) => {
    const found = problemsOf(template)
    if (template.includes('(input.customer')) expect(found[0]).toContain('may be null')
    else expect(found).toEqual([problem])
  })

  test.each([
    ['{{ input.name * 2 }}', 'error [input.name] * takes a number, not a text'],
    ['{{ 2 - input.either }}', 'warning [input.either] - takes a number, but this may be a text'],
    ['{{ -input.name }}', 'error [input.name] - takes a number, not a text'],
    ['{{ !input.score }}', 'error [input.score] ! takes a boolean, not a number'],
    ['{{ input.flag && input.name }}', 'error [input.name] && takes a boolean, not a text'],
    ['{{ input.score ? 1 : 2 }}', 'error [input.score] ? takes a boolean, not a number'],
    ['{{ input.flag + 1 }}', 'error [1] + joins numbers or texts, not a boolean'],
    ['{{ 1 + input.orNull }}', 'warning [input.orNull] + joins numbers or texts, but this may be null'],
    [
      '{{ input.name < 1 }}',
      'warning [input.name < 1] < compares a text with a number: it fails if the text is not a number',
    ],
    [
      '{{ input.orNull > input.name }}',
      'warning [input.orNull > input.name] > compares a number with a text: it fails if the text is not a number',
    ],
    [
      '{{ (input.flag ? "1" : "one") < 2 }}',
      'warning [(input.flag ? "1" : "one") < 2] < compares a text with a number: it fails if the text is not a number',
    ],
    ['{{ "a" < 1 }}', 'error ["a" < 1] < compares a text with a number, and the text is not a number'],
    [
      '{{ input.score >= input.status }}',
      'error [input.score >= input.status] >= compares a number with a text, and the text is not a number',
    ],
    ['{{ input.flag < 1 }}', 'error [input.flag] < takes a number or a text, not a boolean'],
    ['{{ 1 >= input.orNull }}', 'warning [input.orNull] >= takes a number or a text, but this may be null'],
    ['{{ input.name == 1 }}', 'warning [input.name == 1] A text is equal to a number only if the text contains it'],
    [
      '{{ true != input.name }}',
      'warning [true != input.name] A boolean is equal to a text only if the text contains it',
    ],
    ['{{ "one" == input.score }}', 'warning ["one" == input.score] A text is never equal to a number'],
    ['{{ input.flag == "yes" }}', 'warning [input.flag == "yes"] A boolean is never equal to a text'],
    ['{{ input.flag == 1 }}', 'warning [input.flag == 1] A boolean is never equal to a number'],
    ['{{ input.lines == "a" }}', 'warning [input.lines == "a"] A list is never equal to a text'],
    ['{{ input.status == "opne" }}', 'warning ["opne"] This is never "opne": did you mean "open"?'],
    ['{{ "gone" != input.status }}', 'warning ["gone"] This is never "gone": only "open", "closed"'],
    ['{{ 1 in input.score }}', 'error [input.score] in takes a list or a text or an object, not a number'],
    ['{{ 1 in input.name }}', 'error [1] in takes a text, not a number'],
    ['{{ vars[input.flag] }}', 'error [input.flag] A key takes a text or a number, not a boolean'],
  ])('judges the operands of %s', (template, problem) => {
    expect(problemsOf(template)).toContain(problem)
  })

  test.each([
    '{{ input.score > "9" }}',
    '{{ "9" <= input.score }}',
    '{{ input.score == "9.0" }}',
    '{{ input.flag == "true" }}',
    '{{ "2" < "10" }}',
    '{{ input.any > 1 }}',
    '{{ input.either > 1 }}',
    '{{ input.nothing == 1 || true }}',
    '{{ input.nothing < 1 }}',
    '{{ 1 < input.nothing }}',
    '{{ input.nothing == "a" }}',
    '{{ input.either == true }}',
    '{{ input.name < input.status }}',
  ])('finds no types that differ in %s', (template) => {
    expect(problemsOf(template).filter((problem) => /compares|only if|text is not/.test(problem))).toEqual([])
  })

  test('offers to convert the text of a comparison', () => {
    expect(fixed('{{ input.name < 1 }}')).toEqual(['{{ number(input.name) < 1 }}'])
    expect(fixed('{{ input.score >= input.name }}')).toEqual(['{{ input.score >= number(input.name) }}'])
    expect(fixed('{{ "a" < input.score }}')).toEqual(['no fix'])
  })

  test.each([
    ['{{ lenght("a") }}', 'error [lenght] There is no function lenght; did you mean length?'],
    ['{{ nothingLikeIt(1) }}', 'error [nothingLikeIt] There is no function nothingLikeIt'],
    ['{{ upper() }}', 'error [upper()] upper is called as upper(text)'],
    ['{{ now(1) }}', 'error [now(1)] now is called as now()'],
    ['{{ upper(1) }}', 'error [1] upper (text) takes a text, not a number'],
    ['{{ upper(input.either) }}', 'warning [input.either] upper (text) takes a text, but this may be a number'],
    ['{{ max(1, "a") }}', 'error ["a"] max (numbers) takes a number or a list, not a text'],
    ['{{ sum(input.lines, "prise") }}', 'error ["prise"] Items have no prise (of "prise"); did you mean price?'],
    [
      '{{ sum(input.lines, "?.prise") }}',
      'warning ["?.prise"] Items have no prise (of "?.prise"); did you mean price?',
    ],
    ['{{ sum(input.lines, "next.foo") }}', 'error ["next.foo"] Items have no foo (of "next.foo")'],
    ['{{ pluck([input.open], "x") }}', 'warning ["x"] Items have no x (of "x")'],
    [
      '{{ pluck(input.lines, "a +") }}',
      'error ["a +"] A path consists of keys separated by points, such as "customer.name"',
    ],
    ['{{ pluck(input.lines, "0") }}', 'error ["0"] Items have no 0 (of "0")'],
  ])('judges the call %s', (template, problem) => {
    expect(problemsOf(template)).toEqual([problem])
  })

  test('judges texts that must be one of some', () => {
    expect(problemsOf('{{ addTime("2026-01-01", 1, "dayz") }}')[0]).toMatch(
      /^error \["dayz"\] unit is one of: milliseconds/,
    )
    expect(problemsOf('{{ filter(input.lines, "sku", "=", 1) }}')[0]).toMatch(/^error \["="\] operator is one of: ==/)
    expect(problemsOf('{{ addTime("2026-01-01", 1, input.name) }}')).toEqual([])
  })

  test('offers changes that mend a problem', () => {
    expect(fixed('{{ inptu.name }}')).toEqual(['{{ input.name }}'])
    expect(fixed('{{ input.nmae }}')).toEqual(['{{ input.name }}'])
    expect(fixed("{{ input['nmae'] }}")).toEqual(['{{ input["name"] }}'])
    expect(fixed('{{ input.content }}')).toEqual(['{{ input["content-type"] }}'])
    expect(fixed('{{ input.maybe }}')).toEqual(['{{ input?.maybe }}'])
    expect(fixed('{{ input["maybe"] }}')).toEqual(['{{ input?.["maybe"] }}'])
    expect(fixed('{{ input. maybe }}')).toEqual(['no fix'])
    expect(fixed('{{ lenght("a") }}')).toEqual(['{{ length("a") }}'])
    expect(fixed('{{ addTime("2026-01-01", 1, "dayz") }}')).toEqual(['{{ addTime("2026-01-01", 1, "days") }}'])
    expect(fixed('{{ input.status == "opne" }}')).toEqual(['{{ input.status == "open" }}'])
    expect(fixed('{{ sum(input.lines, "prise") }}')).toEqual(['{{ sum(input.lines, "price") }}'])
    expect(fixed('{{ zzz }}')).toEqual(['no fix'])
  })

  test('means the output of a node only for a key of a node that has one', () => {
    const nodes = closed({ a: closed({ output: closed({ city: text }) }), b: closed({ state: text }) })
    const fixOf = (path: string) => typecheckTemplate(`{{ ${path} }}`, { nodes, other: nodes }).problems[0]?.fix?.text
    expect(fixOf('nodes.a.city')).toBe('output.city')
    expect(['nodes.b.city', 'other.a.city', '{ a: { output: { city: 1 } } }.a.city'].map(fixOf)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('reports every problem in order of position', () => {
    const problems = typecheckTemplate('{{ !input.nmae }} {{ 1 * "a" }} {{ upper(input.maybe) }}', scope).problems
    expect(problems.map(({ code }) => code)).toEqual([
      'EXPRESSION_PATH_MISSING',
      'EXPRESSION_TYPE',
      'EXPRESSION_PATH_UNSURE',
    ])
    expect(problems.map(({ start }) => start)).toEqual([...problems.map(({ start }) => start)].sort((a, b) => a - b))
  })

  test.each([
    ['x{{ input. }}', 'EXPRESSION_SYNTAX', 11, 12],
    ['{{ a', 'EXPRESSION_SYNTAX', 4, 4],
    ['{{ a.__proto__ }}', 'EXPRESSION_KEY_FORBIDDEN', 5, 6],
    [`{{ ${'!'.repeat(80)}a }}`, 'EXPRESSION_LIMIT', 68, 69],
  ])('gives the fault of %s as a problem', (template, code, start, end) => {
    const { schema, kinds, problems } = typecheckTemplate(template, scope)
    expect(problems).toEqual([expect.objectContaining({ code, severity: 'error', start, end })])
    expect(problems[0]?.message).not.toContain('line')
    expect([schema, kinds]).toEqual([true, null])
  })

  test.each([
    ['{{ }}', 'The expression is empty: write a value, such as input.name', null],
    ['{{', 'The expression is empty: write a value, such as input.name', null],
    ['{{ input.name + }}', 'The expression is unfinished: expected a value', null],
    ['{{ input. }}', 'The expression is unfinished: expected a key or a list index', null],
    ['{{ { a: } }}', 'Found "}", expected a value', null],
    ['a {{ input.name', 'The expression is not closed: add }} at its end', ' }}'],
    ['{{ input.name }', 'Found "}", expected an operator or }}', null],
  ])('says of %s: %s', (template, message, closing) => {
    const [problem, ...others] = typecheckTemplate(template, scope).problems
    expect([problem?.message, problem?.fix?.text ?? null, others]).toEqual([message, closing, []])
    if (problem?.fix === undefined) return
    const { start, end, text } = problem.fix
    expect(typecheckTemplate(template.slice(0, start) + text + template.slice(end), scope).problems).toEqual([])
  })

  test.each<[string, JsonSchema]>([
    ['{{ input.name }}', { type: 'string' }],
    ['{{ input.name }}!', { type: 'string' }],
    ['{{ input.lines.0.price + 1 }}', { type: 'number' }],
    ['{{ 1 + input.name }}', { type: 'string' }],
    ['{{ input.either + input.either }}', { anyOf: [{ type: 'number' }, { type: 'string' }] }],
    ['{{ input.any + 1 }}', true],
    ['{{ input.maybe ?? 0 }}', { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    ['{{ input.orNull ?? 0 }}', { type: 'number' }],
    ['{{ input.customer?.id }}', { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    ['{{ [1, "a"] }}', { type: 'array', items: { anyOf: [{ type: 'number' }, { type: 'string', enum: ['a'] }] } }],
    ['{{ { a: 1 } }}', closed({ a: number })],
    ['{{ input.flag && true }}', { type: 'boolean' }],
    ['{{ 1 in [1] }}', { type: 'boolean' }],
    ['{{ !input.flag }}', { type: 'boolean' }],
    ['{{ -1 }}', { type: 'number' }],
    ['{{ input.flag ? 1 : null }}', { anyOf: [{ type: 'number' }, { type: 'null' }] }],
    ['{{ upper("a") }}', { type: 'string' }],
    ['{{ parseJson("1") }}', true],
    ['{{ split("a", ",") }}', { type: 'array', items: { type: 'string' } }],
    ['{{ slice(input.lines, 1) }}', { type: 'array', items: line }],
    ['{{ slice() }}', true],
    ['{{ first(input.lines).sku }}', { type: 'string' }],
    ['{{ first(input.any) }}', true],
    ['{{ first(1) }}', true],
    ['{{ pluck(input.lines, "price") }}', { type: 'array', items: { type: 'number' } }],
    [
      '{{ pluck(input.lines, "next?.id") }}',
      { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
    ],
    ['{{ pluck(input.lines, "zzz") }}', { type: 'array' }],
    ['{{ pluck(input.lines, input.name) }}', { type: 'array' }],
    ['{{ pluck(input.lines, "1 +") }}', { type: 'array' }],
    ['{{ pluck([[1]], "0") }}', { type: 'array', items: { type: 'number' } }],
    [
      '{{ concat([1], ["a"]) }}',
      { type: 'array', items: { anyOf: [{ type: 'number' }, { type: 'string', enum: ['a'] }] } },
    ],
    ['{{ chunk([1], 2) }}', { type: 'array', items: { type: 'array', items: { type: 'number' } } }],
    ['{{ groupBy([{ k: "a" }], "k").a.0.k }}', { type: 'string', enum: ['a'] }],
    ['{{ extract("a", "b") }}', { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    ['{{ merge({}) }}', { type: 'object', properties: {}, additionalProperties: true }],
    ['{{ values({}) }}', { type: 'array' }],
    ['{{ nope() }}', true],
  ])('gives for %s a schema', (template, schema) => {
    expect(typecheckTemplate(template, scope).schema).toEqual(schema)
  })

  test('says that a value never fits the type of its param', () => {
    const expected = { type: 'number' }
    const messages = (template: string, schema: JsonSchema = expected) =>
      typecheckTemplate(template, scope, { expected: schema }).problems.map(({ message }) => message)
    expect(messages('{{ input.name }}')).toEqual(['This gives a text, but a number is needed here'])
    expect(messages('{{ input.score }}!')).toEqual(['This gives a text, but a number is needed here'])
    expect(messages('{{ input.score }}')).toEqual([])
    expect(messages('{{ input.either }}')).toEqual([])
    expect(messages('{{ input.any }}')).toEqual([])
    expect(messages('{{ input.name }}', true)).toEqual([])
    expect(messages('{{ input.name }}', false)).toEqual([])
    expect(messages('{{ [].0 }}')).toEqual([])
  })

  test('takes a parsed template, and names of the scope alone for roots', () => {
    expect(typecheckTemplate(parseTemplate('{{ input.name }}'), scope).problems).toEqual([])
    expect(typecheckTemplate('{{ toString }}', scope).problems).toHaveLength(1)
  })
})

test.each([
  ['{{ 2 - input.either }}', { reason: 'not_always', user: '-', wanted: 'number', given: 'text' }],
  ['{{ input.customer.id }}', { reason: 'null', path: 'input.customer' }],
  ['{{ input.maybe }}', { reason: 'missing', path: 'input.maybe' }],
  ['{{ branch.a }}', { reason: 'some_paths', path: 'branch.a', having: 3, all: 4 }],
  ['{{ input.open.knwon }}', { reason: 'undeclared', path: 'input.open.knwon', meant: 'known' }],
  ['{{ input.status == "closd" }}', { reason: 'similar', value: 'closd', meant: 'closed' }],
  ['{{ input.status == "zzzzzzz" }}', { reason: 'other', value: 'zzzzzzz', allowed: '"open", "closed"' }],
])('the values of the problem of %s', (template, values) => {
  expect(typecheckTemplate(template, scope).problems.map((problem) => problem.values)).toEqual([values])
})

test('the values of a result that a param does not accept are kinds of values', () => {
  const expected = { type: ['number', 'boolean'] }
  const [problem] = typecheckTemplate('{{ input.name }}', scope, { expected }).problems
  expect(problem?.values).toEqual({ reason: 'result', wanted: 'number, boolean', given: 'text' })
})

test('a key that each choice always has is never missing, and has the type of any of them', () => {
  const result = { anyOf: [closed({ total: text }), closed({ total: number, tax: number })] }
  const { problems, schema } = typecheckTemplate('{{ result.total }}', { result })
  expect(problems).toEqual([])
  expect(schema).toEqual({ anyOf: [{ type: 'string' }, { type: 'number' }] })
  expect(typecheckTemplate('{{ result.tax }}', { result }).problems).toMatchObject([{ code: 'EXPRESSION_PATH_UNSURE' }])
})
