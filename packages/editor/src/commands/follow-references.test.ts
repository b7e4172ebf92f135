import type { WorkflowNode } from '@tenon/core/document'
import { node, withPolicy } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { followReferences } from './follow-references.ts'

const ids = new Map([
  ['charge', 'charge_2'],
  ['refund', 'refund_2'],
])
const copyOf = (copied: WorkflowNode) => followReferences(copied, ids, (id) => id === 'other')
const follow = (text: string) => copyOf(node('a', 'set', { text })).params['text']

describe('followReferences', () => {
  test.each([
    ['{{ nodes.charge.output.id }}', '{{ nodes.charge_2.output.id }}'],
    [`{{ nodes['charge']?.output }}`, `{{ nodes["charge_2"]?.output }}`],
    ['{{ nodes?.charge.x + nodes?.["charge"].y }}', '{{ nodes?.charge_2.x + nodes?.["charge_2"].y }}'],
    [
      'a {{nodes.charge}} {{ nodes.other }} {{ nodes.charge.x }}',
      'a {{nodes.charge_2}} {{ nodes.other }} {{ nodes.charge_2.x }}',
    ],
    ['{{ input[nodes.charge.output.key] }}', '{{ input[nodes.charge_2.output.key] }}'],
  ])('writes %s as %s', (template, renamed) => {
    expect(follow(template)).toBe(renamed)
  })

  test.each([
    'nodes.charge',
    'See nodes.charge: {{ input.text }}',
    '{{ "nodes.charge" + input.charge }}',
    `{{ 'nodes["charge"]' }}`,
    '{{ input.nodes.charge }}',
    '{{ input. nodes.charge }}',
    '{{ nodes.charger.output }}',
    '{{ nodes.charge',
  ])('leaves %s', (template) => {
    expect(follow(template)).toBe(template)
  })

  test('reaches into lists and objects', () => {
    const params = { rows: [{ value: '{{nodes.charge}}' }, 1, null], on: true }
    expect(copyOf(node('a', 'set', params)).params).toEqual({
      rows: [{ value: '{{nodes.charge_2}}' }, 1, null],
      on: true,
    })
  })

  test('reaches the templates of the policy, so that two writes never share an idempotency key', () => {
    const policy = { skipIf: '{{ nodes.charge.output.free }}', idempotency: '{{ nodes.charge.output.id }}' }
    expect(copyOf(withPolicy(node('a', 'set'), policy)).policy).toEqual({
      skipIf: '{{ nodes.charge_2.output.free }}',
      idempotency: '{{ nodes.charge_2.output.id }}',
    })
  })

  test.each([
    ['the copy of a node that was copied along', 'refund', 'refund_2'],
    ['a node of the document that was not', 'other', 'other'],
    ['nothing where the document has no such node', 'gone', undefined],
  ])('leaves compensation to %s', (_what, compensation, expected) => {
    expect(copyOf(withPolicy(node('a', 'set'), { compensation })).policy?.compensation).toBe(expected)
  })
})
