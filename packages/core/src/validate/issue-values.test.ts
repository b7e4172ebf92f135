import { describe, expect, test } from 'vitest'
import { around, call, end, fixed, issueIn, set, start } from '../../test/validation.ts'
import type { WorkflowDocument } from '../document/index.ts'
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

test('a fix has a code and values of its own, whatever the issue is', () => {
  const document = workflow([start, condition, end], ['start>check', 'check:true>end'])
  const issue = issueIn(document, 'PORT_UNCONNECTED')
  expect(issue.fix).toMatchObject({ code: 'CONNECT_TO_END', values: { end: 'end' }, title: 'Connect to "end"' })
  expect(fixed(document, issue).edges).toHaveLength(3)
  const typo = issueIn(around(set('a', { x: '{{ uper("x") }}' })), 'EXPRESSION_FUNCTION_UNKNOWN')
  expect(typo.fix).toMatchObject({ code: 'CHANGE_TO', values: { text: 'upper' }, title: 'Change to upper' })
})
