import { describe, expect, test } from 'vitest'
import { listUpstream } from './upstream-fields.ts'

const text = { type: 'string' }
const output = (properties: object, title: string) => ({
  type: 'object',
  title,
  properties: { output: { type: 'object', properties: properties as never } },
})
const scope = {
  input: { type: 'object' },
  trigger: true,
  nodes: {
    type: 'object',
    properties: {
      start: output({ ticket_id: text }, 'New ticket'),
      analyze: output(
        { mood: { type: 'object', properties: { score: { type: 'number' } } }, 'first name': text },
        'Analyze',
      ),
    },
  },
  vars: { type: 'object', properties: {} },
  run: { type: 'object', properties: { id: text } },
}

describe('listUpstream', () => {
  test('the node right before comes first, roots without fields are left out', () => {
    expect(listUpstream(scope).map((source) => source.title ?? source.kind)).toEqual(['Analyze', 'New ticket', 'run'])
  })

  test('the input of a run is listed where no node has run yet', () => {
    const input = { type: 'object', properties: { customer: { type: 'object', properties: { id: text } } } }
    const [only, ...more] = listUpstream({ input })
    expect(more).toEqual([])
    expect(only?.kind).toBe('input')
    expect(only?.fields.map(({ expression }) => expression)).toEqual(['input.customer', 'input.customer.id'])
    expect(listUpstream({ input: { type: 'object' } })).toEqual([])
  })

  test('the item of a loop comes first, as a whole, with its fields, and with its index', () => {
    const item = { type: 'object', properties: { id: text, address: { type: 'object', properties: { city: text } } } }
    const [first, second] = listUpstream({ ...scope, item, index: { type: 'integer' } })
    expect(first?.kind).toBe('item')
    expect(first?.fields.map(({ expression, depth }) => [expression, depth])).toEqual([
      ['item', 0],
      ['item.id', 1],
      ['item.address', 1],
      ['item.address.city', 2],
      ['index', 0],
    ])
    expect(second?.title).toBe('Analyze')
  })

  test('fields inside of fields follow them, keys that are no names are quoted', () => {
    expect(listUpstream(scope)[0]?.fields.map(({ expression, depth }) => [expression, depth])).toEqual([
      ['nodes.analyze.output.mood', 0],
      ['nodes.analyze.output.mood.score', 1],
      ['nodes.analyze.output["first name"]', 0],
    ])
  })
})
