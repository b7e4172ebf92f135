import { describe, expect, test } from 'vitest'
import { followReferences } from './follow-references.ts'

const follow = (text: string) => followReferences({ text }, new Map([['charge', 'charge_2']]))['text']

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
    expect(followReferences(params, new Map([['charge', 'charge_2']]))).toEqual({
      rows: [{ value: '{{nodes.charge_2}}' }, 1, null],
      on: true,
    })
  })
})
