import { describe, expect, test } from 'vitest'
import { workflowManifest } from '../../test/workflow-types.ts'
import type { JsonObject } from '../json.ts'
import { node, workflow } from '../testing/index.ts'
import { runOutputSchema } from './run-output-schema.ts'

const manifest = workflowManifest()
const amount = { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] }
const start = node('start', 'start', { inputSchema: amount })

describe('runOutputSchema', () => {
  test('types the output of the end, with the values that its templates read', () => {
    const output = { total: '{{trigger.amount}}', note: 'done', whole: '{{nodes.add.output}}' }
    const document = workflow(
      [start, node('add', 'set', { fields: { vat: 19 } }), node('end', 'end', { output })],
      ['start>add', 'add>end'],
    )
    expect(runOutputSchema(document, manifest)).toMatchObject({
      type: 'object',
      properties: {
        total: { type: 'number' },
        note: { type: 'string' },
        whole: { type: 'object', properties: { vat: { type: 'number' } } },
      },
      required: ['total', 'note', 'whole'],
    })
  })

  test('types the data of an event as its trigger describes it', () => {
    const [start] = manifest.nodes.filter(({ type }) => type === 'start')
    if (start === undefined) throw new RangeError('The manifest has no start node')
    const happened = {
      ...start,
      type: 'happened',
      outputs: { success: { fromParam: 'inputSchema', as: 'event' as const } },
    }
    const withEvents = { ...manifest, nodes: [...manifest.nodes, happened] }
    const dataOf = (inputSchema: JsonObject) =>
      runOutputSchema(
        workflow(
          [node('event', 'happened', { inputSchema }), node('end', 'end', { output: '{{trigger.data}}' })],
          ['event>end'],
        ),
        withEvents,
      )
    const data = { type: 'object', properties: { amount }, required: ['amount'] }
    expect(dataOf(data)).toMatchObject(data)
  })

  test('types rows by the columns of the data table that a node has chosen', () => {
    const [set] = manifest.nodes.filter(({ type }) => type === 'set')
    if (set === undefined) throw new RangeError('The manifest has no set node')
    const find = { ...set, type: 'find', outputs: { success: { fromParam: 'fields', as: 'rows' as const } } }
    const table = { id: 't', columns: [{ name: 'total', type: 'number' }] }
    const document = workflow(
      [
        node('start', 'start'),
        node('find', 'find', { fields: table }),
        node('end', 'end', { output: { total: '{{nodes.find.output.row?.total}}' } }),
      ],
      ['start>find', 'find>end'],
    )
    const schema = runOutputSchema(document, { ...manifest, nodes: [...manifest.nodes, find] })
    expect(JSON.stringify(schema)).toContain('"total"')
    expect(JSON.stringify(schema)).toContain('"number"')
  })

  test('types the items of a list as those of the list that a node reads', () => {
    const [set] = manifest.nodes.filter(({ type }) => type === 'set')
    if (set === undefined) throw new RangeError('The manifest has no set node')
    const keep = { ...set, type: 'keep', outputs: { success: { fromParam: 'fields', as: 'list' as const } } }
    const withKeep = { ...manifest, nodes: [...manifest.nodes, keep] }
    const orders = { type: 'object', properties: { orders: { type: 'array', items: amount } }, required: ['orders'] }
    const itemsOf = (params: JsonObject) => {
      const document = workflow(
        [
          node('start', 'start', { inputSchema: orders }),
          node('keep', 'keep', params),
          node('end', 'end', { output: '{{nodes.keep.output}}' }),
        ],
        ['start>keep', 'keep>end'],
      )
      return runOutputSchema(document, withKeep)
    }
    const outputWith = (items: JsonObject) => ({
      properties: { items, count: { type: 'number' } },
      required: ['items', 'count'],
    })
    expect(itemsOf({ fields: '{{trigger.orders}}' })).toMatchObject(outputWith({ type: 'array', items: amount }))
    expect(itemsOf({ fields: '{{trigger.orders[0].amount}}' })).toMatchObject(outputWith({ type: 'array' }))
    expect(itemsOf({})).toMatchObject(outputWith({ type: 'array' }))
    const entries = withKeep.nodes.map((entry) => (entry === keep ? { ...entry, params: { type: 'object' } } : entry))
    const document = workflow(
      [start, node('keep', 'keep'), node('end', 'end', { output: '{{nodes.keep.output.items}}' })],
      ['start>keep', 'keep>end'],
    )
    expect(runOutputSchema(document, { ...manifest, nodes: entries as typeof manifest.nodes })).toEqual({
      type: 'array',
    })
  })

  test('gives one of several, ignores ends that are disabled, and knows nothing without one', () => {
    const ends = (isDisabled: boolean) =>
      workflow(
        [
          start,
          node('a', 'end', { output: 1 }),
          node('b', 'end', { output: 'x' }, isDisabled ? { disabled: true } : {}),
        ],
        ['start>a', 'start>b'],
      )
    expect(runOutputSchema(ends(false), manifest)).toEqual({ anyOf: [{ type: 'number' }, { type: 'string' }] })
    expect(runOutputSchema(ends(true), manifest)).toEqual({ type: 'number' })
    expect(runOutputSchema(workflow([start], []), manifest)).toBe(true)
    const bare = manifest.nodes.map((entry) =>
      entry.type === 'end' ? { ...entry, params: { type: 'object' } } : entry,
    )
    const document = workflow([start, node('a', 'end')], ['start>a'])
    expect(runOutputSchema(document, { ...manifest, nodes: bare as typeof manifest.nodes })).toBe(true)
  })
})
