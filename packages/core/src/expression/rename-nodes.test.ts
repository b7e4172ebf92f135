import { describe, expect, test } from 'vitest'
import { renameNodeReferences } from './rename-nodes.ts'

const rename = (template: string) => renameNodeReferences(template, (id) => (id === 'charge' ? 'charge_2' : id))

describe('renameNodeReferences', () => {
  test.each([
    ['{{ nodes.charge.output.id }}', '{{ nodes.charge_2.output.id }}'],
    [`{{ nodes['charge']?.output }}`, `{{ nodes["charge_2"]?.output }}`],
    [
      'a {{nodes.charge}} {{ nodes.other }} {{ nodes.charge.x }}',
      'a {{nodes.charge_2}} {{ nodes.other }} {{ nodes.charge_2.x }}',
    ],
    ['{{ "nodes.charge" + input.charge }}', '{{ "nodes.charge" + input.charge }}'],
    ['nodes.charge', 'nodes.charge'],
    ['{{ nodes.charge', '{{ nodes.charge'],
  ])('writes %s as %s', (template, renamed) => {
    expect(rename(template)).toBe(renamed)
  })
})
