import { describe, expect, test } from 'vitest'
import { renamePathKeys } from './rename-path-keys.ts'

const rename = (template: string, to: string, at = 0) =>
  renamePathKeys(template, (root, path) => (root === 'input' && path[at] === 'old' ? { at, to } : null))

describe('renamePathKeys', () => {
  test.each([
    ['{{ input.old.old[0].x }}', 'new', '{{ input.new.old[0].x }}'],
    ['{{input . old}}', 'new', '{{input . new}}'],
    [`{{ input["old"] + input['old']?.x }}`, 'new', '{{ input["new"] + input["new"]?.x }}'],
    ['{{ input?.old ?? trigger.old }}', 'new', '{{ input?.new ?? trigger.old }}'],
    ['{{ input.old }}', 'e-mail', '{{ input["e-mail"] }}'],
    ['{{ input?.old.x }}', 'e-mail', '{{ input?.["e-mail"].x }}'],
    ['{{ input["old"] }}', 'it"s', '{{ input["it\\"s"] }}'],
    [
      '{{ input[input.old] }} {{ upper([{ old: input.old }]) }}',
      'new',
      '{{ input[input.new] }} {{ upper([{ old: input.new }]) }}',
    ],
    ['{{ input.list[input.old].old }}', 'new', '{{ input.list[input.new].old }}'],
    [
      '{{ "input.old" }} input.old {{ input }} {{ input.older }} {{ now().old }}',
      'new',
      '{{ "input.old" }} input.old {{ input }} {{ input.older }} {{ now().old }}',
    ],
    ['{{ input.old }}', 'old', '{{ input.old }}'],
    ['{{ input.old', 'new', '{{ input.old'],
  ])('writes %s with "%s" as %s', (template, to, renamed) => {
    expect(rename(template, to)).toBe(renamed)
  })

  test('renames a key inside a path', () => {
    expect(rename('{{ input.order.old.id }} {{ input.old }}', 'new', 1)).toBe(
      '{{ input.order.new.id }} {{ input.old }}',
    )
  })

  test('leaves a list index, and a key behind the end of the path', () => {
    const at = (index: number) => renamePathKeys('{{ input.0 }}', () => ({ at: index, to: 'x' }))
    expect([at(0), at(1)]).toEqual(['{{ input.0 }}', '{{ input.0 }}'])
  })
})
