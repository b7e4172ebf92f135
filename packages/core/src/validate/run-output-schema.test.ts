import { describe, expect, test } from 'vitest'
import { workflowManifest } from '../../test/workflow-types.ts'
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
