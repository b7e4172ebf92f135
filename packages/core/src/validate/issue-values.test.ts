import { describe, expect, test } from 'vitest'
import { around, call, end, fixed, issueIn, set, start } from '../../test/validation.ts'
import type { WorkflowDocument } from '../document/index.ts'
import { EXPRESSION_LIMITS } from '../expression/limits.ts'
import type { Json } from '../json.ts'
import { node, workflow } from '../testing/index.ts'

const condition = node('check', 'if-else', { left: 1, operator: '==', right: 1 })
const edge = (document: WorkflowDocument, source: string, target: string): WorkflowDocument => ({
  ...document,
  edges: [...document.edges, { id: `${source}:x>${target}:y`, source, sourceHandle: 'x', target, targetHandle: 'y' }],
})

describe('values of an issue', () => {
  test.each<[code: string, document: WorkflowDocument, values: object]>([
    ['WORKFLOW_CYCLE', workflow([start, call('a'), call('b')], ['start>a', 'a>b', 'b>a']), { nodes: 'a, b', count: 2 }],
    ['NODE_NAME_DUPLICATE', around(call('a', {}, { name: 'Twin' }), call('b', {}, { name: 'Twin' })), { name: 'Twin' }],
    ['NODE_TYPE_UNKNOWN', around(node('a', 'acme/cal')), { type: 'acme/cal', meant: 'acme/call' }],
    [
      'NODE_VERSION_UNKNOWN',
      around(call('a', {}, { typeVersion: 9 })),
      { type: 'acme/call', version: 9, latest: expect.any(Number) },
    ],
    ['EDGE_DANGLING', edge(around(call('a')), 'a', 'gone'), { missing: 'gone' }],
    ['PORT_UNKNOWN', edge(around(call('a')), 'a', 'end'), { port: 'x' }],
    ['INPUT_UNKNOWN', edge(around(call('a')), 'a', 'end'), { input: 'y' }],
    [
      'PORT_UNCONNECTED',
      workflow([start, condition, end], ['start>check', 'check:true>end']),
      { ports: '"No"', count: 1 },
    ],
    ['PARAM_UNKNOWN', around(call('a', { adress: 'x' })), { param: 'adress' }],
    ['REFERENCE_NOT_UPSTREAM', around(set('a', { x: '{{ nodes.b.output }}' }), call('b')), { other: 'b' }],
    [
      'JOIN_IMPOSSIBLE',
      around(node('j', 'join', {}, { policy: { join: { count: 3 } } })),
      { needed: 3, most: 1, edges: 1 },
    ],
    ['POLICY_INVALID', around(call('a', {}, { policy: { timeout: '0s' } })), { setting: 'timeout' }],
  ])('%s', (code, document, values) => {
    expect(issueIn(document, code).values).toMatchObject(values)
  })
})

describe('values of a problem of an expression', () => {
  const read = (expression: string) =>
    around(set('first', { n: 1, s: 'x', list: [{ name: 'y' }] }), set('a', { x: expression }))
  const output = 'nodes.first.output'

  test.each<[expression: string, code: string, values: object]>([
    ['{{ 1 + }}', 'EXPRESSION_SYNTAX', { reason: 'unfinished', expected: 'value' }],
    ['{{ input text }}', 'EXPRESSION_SYNTAX', { reason: 'unexpected', found: '"text"', expected: 'operator, }}' }],
    ['{{ 1 === 1 }}', 'EXPRESSION_SYNTAX', { reason: 'foreign_operator', wrong: '===', right: '==' }],
    ['{{ pluck([], "a +") }}', 'EXPRESSION_SYNTAX', { reason: 'path' }],
    ['{{ input.__proto__ }}', 'EXPRESSION_KEY_FORBIDDEN', { key: '__proto__' }],
    [
      `{{ ${'('.repeat(100)}1${')'.repeat(100)} }}`,
      'EXPRESSION_LIMIT',
      { limit: 'depth', maximum: EXPRESSION_LIMITS.depth },
    ],
    ['{{ uper("x") }}', 'EXPRESSION_FUNCTION_UNKNOWN', { name: 'uper', meant: 'upper' }],
    ['{{ qqqqqq("x") }}', 'EXPRESSION_FUNCTION_UNKNOWN', { name: 'qqqqqq', meant: '' }],
    ['{{ upper() }}', 'EXPRESSION_ARGUMENTS', { reason: 'count', name: 'upper', signature: 'upper(text)' }],
    ['{{ inputt }}', 'EXPRESSION_PATH_MISSING', { reason: 'name', path: 'inputt', meant: 'input' }],
    [
      `{{ ${output}.m }}`,
      'EXPRESSION_PATH_MISSING',
      { reason: 'missing', path: `${output}.m`, meant: expect.any(String) },
    ],
    [`{{ ${output}.n.x }}`, 'EXPRESSION_PATH_MISSING', { reason: 'no_keys', owner: `${output}.n`, given: 'number' }],
    [
      `{{ pluck(${output}.list, "nme") }}`,
      'EXPRESSION_PATH_MISSING',
      { reason: 'item', path: 'nme', key: 'nme', meant: 'name' },
    ],
    [`{{ -${output}.list }}`, 'EXPRESSION_TYPE', { reason: 'never', user: '-', wanted: 'number', given: 'list' }],
    [
      `{{ ${output}.list + 1 }}`,
      'EXPRESSION_TYPE',
      { reason: 'never', user: '+', wanted: 'number, text', given: 'list' },
    ],
    [
      `{{ ${output}[${output}.list] }}`,
      'EXPRESSION_TYPE',
      { reason: 'never', user: 'key', wanted: 'text, number', given: 'list' },
    ],
    [`{{ ${output}.list == 1 }}`, 'EXPRESSION_TYPE', { reason: 'never_equal', left: 'list', right: 'number' }],
    [
      `{{ upper("x") < 1 }}`,
      'COMPARISON_TYPES_DIFFER',
      { reason: 'maybe_not_a_number', operator: '<', left: 'text', right: 'number' },
    ],
    [
      `{{ "x" < 1 }}`,
      'COMPARISON_TYPES_DIFFER',
      { reason: 'not_a_number', operator: '<', left: 'text', right: 'number' },
    ],
    [`{{ upper("x") == 1 }}`, 'COMPARISON_TYPES_DIFFER', { reason: 'rarely_equal', left: 'text', right: 'number' }],
  ])('%s: %s', (expression, code, values) => {
    expect(issueIn(read(expression), code).values).toEqual(
      expect.objectContaining({ ...values, param: expect.any(String) }),
    )
  })

  test('a condition of a node has those of its comparison', () => {
    const compare = (left: Json, operator: string, right: Json) =>
      workflow(
        [start, node('check', 'if-else', { left, operator, right }), end],
        ['start>check', 'check:true>end', 'check:false>end'],
      )
    const found = (document: WorkflowDocument, code: string) => issueIn(document, code).values
    expect(found(compare(5, 'contains', 'x'), 'EXPRESSION_TYPE')).toMatchObject({
      reason: 'never',
      user: 'contains',
      wanted: 'list, text, object',
      given: 'number',
    })
    expect(found(compare('abc', 'contains', 5), 'EXPRESSION_TYPE')).toMatchObject({
      reason: 'never_contained',
      left: 'text',
      right: 'number',
    })
    expect(found(compare(true, '<', 5), 'EXPRESSION_TYPE')).toMatchObject({
      user: '<',
      wanted: 'number, text',
      given: 'boolean',
    })
    expect(found(compare('{{ upper("x") }}', '<', '5'), 'COMPARISON_TYPES_DIFFER')).toMatchObject({
      reason: 'number_as_text',
      operator: '<',
      number: '5',
    })
  })
})

test('a fix has a code and values of its own, whatever the issue is', () => {
  const document = workflow([start, condition, end], ['start>check', 'check:true>end'])
  const issue = issueIn(document, 'PORT_UNCONNECTED')
  expect(issue.fix).toMatchObject({ code: 'CONNECT_TO_END', values: { end: 'end' }, title: 'Connect to "end"' })
  expect(fixed(document, issue).edges).toHaveLength(3)
  const typo = issueIn(around(set('a', { x: '{{ uper("x") }}' })), 'EXPRESSION_FUNCTION_UNKNOWN')
  expect(typo.fix).toMatchObject({ code: 'CHANGE_TO', values: { text: 'upper' }, title: 'Change to upper' })
})
