import { createEvaluationContext } from '../../src/evaluate/context.ts'
import { createPlainScope, type EvaluationScope } from '../../src/evaluate/scope.ts'
import type { ScopeSchema } from '../../src/expression/check/problem.ts'
import type { Json, JsonObject } from '../../src/json.ts'

const rows: Json[] = Array.from({ length: 300 }, (_none, at) => ({
  id: `row-${at}`,
  amount: at % 7 === 0 ? -at / 3 : at,
  status: at % 3 === 0 ? 'open' : 'closed',
  tags: ['a', 'b', at],
  ...(at % 11 === 0 ? {} : { note: `note ${at} 😀` }),
}))

const deep = Array.from({ length: 60 }).reduce<Json>((inner) => ({ a: inner }), 1)

/** Values that a hostile or unlucky workflow may hold: large, deep, wide, odd texts and odd keys. */
const input: JsonObject = {
  text: 'The quick brown fox, ünïcödé 😀 and "quotes"',
  empty: '',
  number: 42,
  fraction: 0.1,
  huge: 1e300,
  yes: true,
  no: false,
  nothing: null,
  date: '2026-01-31T10:00:00Z',
  rows,
  numbers: Array.from({ length: 2_000 }, (_none, at) => at),
  texts: ['b', 'a', 'ß', '😀', ''],
  mixed: [1, 'a', null, true, [1], { a: 1 }],
  big: 'abcdefgh'.repeat(12_500),
  same: 'a'.repeat(60_000),
  lone: 'a\ud800b',
  deep,
  object: { a: 1, b: { c: [1, 2, { d: 'x' }] }, 'odd key': 1, '0': 'zero' },
  wide: Object.fromEntries(Array.from({ length: 1_000 }, (_none, at) => [`k${at}`, at])),
  hidden: JSON.parse('{ "__proto__": { "polluted": true }, "constructor": 1, "ok": 2 }') as Json,
  json: '{"a":[1,2,{"b":null}]}',
  pattern: '(a+)+$',
  base64: 'R3LDvMOfZQ==',
}

/** The names that programs may read, with paths behind them that exist or nearly exist. */
export const PATHS: readonly string[] = [
  ...Object.keys(input).map((key) => `input.${key}`),
  ...['input', 'vars', 'nodes', 'nodes.a', 'nodes.a.output', 'nodes.a.output.id', 'missing', 'item', 'index'],
  ...['input.rows.0', 'input.rows[7].note', 'input.rows.999', 'input.object.b.c.2.d', 'input["object"]["odd key"]'],
  ...['input.nothing?.x', 'input.absent?.y', 'input.absent', 'input.hidden', 'vars.limit', 'input.mixed[index]'],
]

export const INPUT = input

export function createFuzzScope(): EvaluationScope {
  const nodes: Readonly<Record<string, Json>> = { a: { output: { id: 'x', list: [1, 2] } } }
  return createPlainScope(
    {
      input,
      vars: { limit: 10, name: 'x' },
      nodes,
      item: { id: 1, name: 'item' },
      index: 3,
    },
    createEvaluationContext({ nowMs: Date.parse('2026-01-31T10:00:00Z'), runSeed: 'seed', nodeRunId: 'a#0' }),
  )
}

/** Schemas that fit the scope in part, so that the type checker meets all of its cases. */
export const FUZZ_SCHEMA: ScopeSchema = {
  input: {
    anyOf: [
      {
        type: 'object',
        properties: {
          text: { type: 'string' },
          number: { type: 'number' },
          nothing: { type: 'null' },
          rows: { type: 'array', items: { $ref: '#/$defs/row' } },
          object: { type: 'object', additionalProperties: { type: 'number' } },
        },
        required: ['text', 'number'],
        additionalProperties: false,
      },
      { type: 'object', properties: { texts: { type: 'array', items: { enum: ['a', 'b'] } } } },
    ],
    $defs: { row: { type: 'object', properties: { id: { type: 'string' }, next: { $ref: '#/$defs/row' } } } },
  },
  vars: { type: 'object', properties: { limit: { type: ['number', 'null'] } }, required: ['limit'] },
  nodes: { type: 'object', properties: { a: true } },
  item: true,
  index: { type: 'integer' },
}
