import { describe, expect, test } from 'vitest'
import type { ScopeSchema } from '../check/problem.ts'
import { EXPRESSION_FUNCTIONS } from '../functions/index.ts'
import { completionsAt } from './complete.ts'

const scope: ScopeSchema = {
  input: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'Who asks' },
      'odd key': { type: 'number' },
      lines: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' }, 'a b': true } } },
    },
    required: ['name'],
  },
  nodes: {
    type: 'object',
    properties: {
      charge: {
        title: 'Charge card',
        type: 'object',
        properties: { output: { type: 'object', properties: { id: true } } },
      },
    },
  },
}

/** `|` marks the position in the template. */
function at(marked: string) {
  const offset = marked.indexOf('|')
  const list = completionsAt(marked.replace('|', ''), offset, scope)
  return list === null
    ? null
    : { ...list, word: marked.slice(list.from, offset), labels: list.items.map(({ label }) => label) }
}

describe('completionsAt', () => {
  test.each([
    '{{ | }}',
    '{{ in|',
    '{{ 1 + | }}',
    '{{ [|',
    '{{ upper(|',
    '{{ {a: |',
    '{{ "a" in |',
    '{{ !|',
    '{{ a ? |',
    'x {{a}} {{|}}',
    '{{ # |',
  ])('offers names, functions and keywords at %s', (marked) => {
    const labels = at(marked)?.labels
    expect(labels).toEqual([
      ...Object.keys(scope),
      ...EXPRESSION_FUNCTIONS.map(({ name }) => name),
      'true',
      'false',
      'null',
    ])
  })

  test.each([
    '|',
    'a | b',
    '{{ a }} | {{ b }}',
    '{|{ a }}',
    '{{ a }|}',
    '{{ a |',
    '{{ 1|',
    '{{ 1 |',
    '{{ "a" |',
    '{{ f() |',
    '{{ "a|"',
    '{{ [1] |',
    '{{ { "k|": 1 } }}',
  ])('offers nothing at %s', (marked) => {
    expect(at(marked)).toBeNull()
  })

  test('shows how a function is called, and closes one without parameters', () => {
    const items = at('{{ |')?.items ?? []
    expect(items.find(({ label }) => label === 'slice')).toEqual({
      label: 'slice',
      kind: 'function',
      insert: 'slice(',
      detail: 'slice(list, start, end?)',
      help: expect.stringContaining('items'),
    })
    expect(items.find(({ label }) => label === 'now')).toMatchObject({ insert: 'now()' })
    const help = 'All fields that earlier nodes have added'
    expect(items[0]).toEqual({ label: 'input', kind: 'root', insert: 'input', detail: 'object', help })
  })

  test('says what each name of a scope, each function and each constant is', () => {
    const names = ['input', 'trigger', 'nodes', 'vars', 'run', 'error']
    const items = completionsAt('{{ ', 3, Object.fromEntries(names.map((name) => [name, true])))?.items ?? []
    expect(items.filter(({ help }) => help === undefined)).toEqual([])
    expect(completionsAt('{{ ', 3, { own: true })?.items[0]).not.toHaveProperty('help')
  })

  test.each([
    ['{{ input.|', ''],
    ['{{ input.na|me }}', 'na'],
    ['{{ input?.|', ''],
    ['{{ input . |', ''],
    ['{{ (input).|', ''],
    ['{{ f(1, input.|) }}', ''],
    ['{{ a.b && input.|', ''],
    ['{{ "a" in (input).|', ''],
    ['{{ { a: [input.|] } }}', ''],
    ['{{ {a: {b: 1}}.a == input.|', ''],
  ])('offers the keys of the value before the point at %s', (marked, word) => {
    const list = at(marked)
    expect(list?.word).toBe(word)
    expect(list?.labels).toEqual(['name', 'odd key', 'lines'])
  })

  test('describes a key, and puts brackets where it is no name', () => {
    const template = '{{ input.'
    const [name, odd, lines] = at(`${template}|`)?.items ?? []
    expect(name).toEqual({ label: 'name', kind: 'property', insert: 'name', detail: 'text', help: 'Who asks' })
    expect(odd).toMatchObject({ insert: '["odd key"]', from: template.length - 1, detail: 'number (optional)' })
    expect(lines).toMatchObject({ detail: 'list of object (optional)' })
    expect(at('{{ input?.|')?.items[1]).toMatchObject({ insert: '?.["odd key"]' })
    expect(at('{{ nodes.|')?.items).toMatchObject([{ label: 'charge', title: 'Charge card' }])
  })

  test.each([
    ['{{ input.lines.|', ['0']],
    ['{{ input.lines.0.|', ['sku', 'a b']],
    ['{{ input.lines[0].|', ['sku', 'a b']],
    ['{{ input["lines"]?.[0].|', ['sku', 'a b']],
    ['{{ first(input.lines)?.s|', ['sku', 'a b']],
    ['{{ last(filter(input.lines, "sku", "==", "a")).|', ['sku', 'a b']],
    ['{{ [input.lines.0].0.|', ['sku', 'a b']],
    ['{{ { x: { y: 1 } }.x.|', ['y']],
    ['{{ "a" in [{ z: 1 }][0].|', ['z']],
    ['{{ (in).|', undefined],
    ['{{ nodes.charge.output.|', ['id']],
    ['{{ [{ a: 1, b: 2 }, { b: 1, c: 2 }].0.|', ['a', 'b', 'c']],
    ['{{ nodes["|', ['charge']],
    ["{{ input['|']", ['name', 'odd key', 'lines']],
    ['{{ input?.["|', ['name', 'odd key', 'lines']],
    ['{{ input.name.|', undefined],
    ['{{ missing.|', undefined],
    ['{{ .|', undefined],
    ['{{ + .|', undefined],
    ['{{ ).|', undefined],
    ['{{ f(].|', undefined],
    ['{{ input.lines.|0', ['0']],
  ])('finds the value before the point at %s', (marked, labels) => {
    expect(at(marked)?.labels).toEqual(labels)
  })

  test.each([
    ['{{ filter(input.lines, "|', ['sku']],
    ['{{ filter(input.lines, "s|ku") }}', ['sku']],
    ["{{ sort(concat(input.lines, []), '|'", ['sku']],
    ['{{ addTime(now(), max(1, [2, 3]), "d|"', expect.arrayContaining(['days', 'day'])],
    ['{{ filter(input.lines, "sku", "|', expect.arrayContaining(['==', 'exists'])],
    ['{{ filter("|', undefined],
    ['{{ upper("|', undefined],
    ['{{ nope(1, "|', undefined],
    ['{{ now("|', undefined],
    ['{{ "|', undefined],
    ['{{ ("|', undefined],
    ['{{ (1 + ("|', undefined],
    ['{{ ["|', undefined],
    ['{{ sort(, "|', undefined],
  ])('offers within a text what the parameter takes at %s', (marked, labels) => {
    expect(at(marked)?.labels).toEqual(labels)
  })

  test.each([
    ['{{ nodes["|', 'charge"'],
    ['{{ nodes["|]}}', 'charge"'],
    ["{{ nodes['|]}}", "charge'"],
    ['{"id": "{{ nodes["|]}}"}', 'charge"'],
    ['{{ nodes["|"] }}', 'charge'],
    ['{{ filter(input.lines, "|) }}', 'sku"'],
    ['{{ filter(input.lines, "s|ku") }}', 'sku'],
  ])('closes the text at %s unless it is closed', (marked, insert) => {
    expect(at(marked)?.items[0]?.insert).toBe(insert)
  })

  test('never throws, wherever it is asked', () => {
    const template = 'a {{ input.lines[0]?.["x"].{ b: (1 + "c }} {{ nodes.charge. }} {{'
    for (let offset = -1; offset <= template.length + 1; offset += 1) {
      expect(() => completionsAt(template, offset, scope)).not.toThrow()
    }
  })
})
