import type { WorkflowNode } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { TICKET_MANIFEST } from '../../../test/fixtures/ticket-workflow.ts'
import { outputPorts, outputToEnter, paramsToEnter } from './resolution-values.ts'

const typeOf = (type: string) => {
  const entry = TICKET_MANIFEST.nodes.find((candidate) => candidate.type === type)
  if (entry === undefined) throw new Error(`No type ${type}`)
  return entry
}
const nodeOf = (type: string, params: WorkflowNode['params'] = {}): WorkflowNode => ({
  id: 'n',
  type,
  typeVersion: 1,
  name: 'N',
  position: { x: 0, y: 0 },
  params,
})
const params = {
  type: 'object',
  properties: {
    url: { type: 'string' },
    count: { type: 'integer' },
    token: { type: 'object', secret: true },
  },
  required: ['url', 'token'],
} as const

describe('paramsToEnter', () => {
  test('gives the recorded params without the secret ones', () => {
    const { schema, draft } = paramsToEnter({ node: nodeOf('http-call'), params }, { url: 'u', count: 2, token: '***' })
    expect(draft).toMatchObject({ mode: 'form', values: { url: 'u', count: 2 }, names: ['url', 'count'] })
    expect(schema).toMatchObject({ required: ['url'] })
    expect(JSON.stringify(schema)).not.toContain('token')
  })

  test('gives the literal params of the document for a node that has not started', () => {
    const document = { url: '{{ input.url }}', count: 3, headers: { id: '{{ input.id }}' }, list: ['a'] }
    const { draft } = paramsToEnter({ node: nodeOf('http-call', document), params }, null)
    expect(draft.values).toEqual({ count: 3, list: ['a'] })
  })

  test('gives JSON where a field could not show the recorded value', () => {
    for (const input of [
      { url: 'u', count: 'many' },
      { url: 'u', more: 1 },
    ]) {
      const { draft } = paramsToEnter({ node: nodeOf('http-call'), params }, input)
      expect(draft).toMatchObject({ mode: 'json', text: JSON.stringify(input, null, 2) })
    }
  })
})

describe('outputToEnter', () => {
  const answer = { type: 'object', properties: { status: { type: 'integer', default: 200 } } }

  test('has the form of the schema of the port, or of all ports', () => {
    const fixed = { ...typeOf('guardrails'), outputs: { pass: answer, '*': {} } }
    const node = nodeOf('guardrails')
    expect(outputToEnter({ node, entry: fixed }, 'pass').draft).toMatchObject({ mode: 'form', values: { status: 200 } })
    expect(outputToEnter({ node, entry: fixed }, 'fail').draft).toMatchObject({ mode: 'json', text: '{}' })
  })

  test('has the form of the schema in a param, and is JSON for one that holds values', () => {
    const node = nodeOf('llm-transform', { schema: answer })
    const entry = (as: 'schema' | 'values') => ({
      ...typeOf('llm-transform'),
      outputs: { '*': { fromParam: 'schema', as } },
    })
    expect(outputToEnter({ node, entry: entry('schema') }, 'success').draft.mode).toBe('form')
    expect(outputToEnter({ node, entry: entry('values') }, 'success').draft.mode).toBe('json')
  })
})

test('outputPorts leaves out the error port, and all ports of a fork and of an unknown type', () => {
  const parked: WorkflowNode = { ...nodeOf('guardrails'), policy: { onError: 'park' } }
  expect(outputPorts({ node: parked, entry: typeOf('guardrails') }).map(({ name }) => name)).toEqual(['pass', 'fail'])
  expect(outputPorts({ node: nodeOf('fork'), entry: typeOf('fork') })).toEqual([])
  expect(outputPorts({ node: nodeOf('gone'), entry: null })).toEqual([])
})
