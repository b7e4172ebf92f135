import { describe, expect, test } from 'vitest'
import { analyzeTemplate } from './analyze.ts'
import { parseTemplate } from './parse.ts'

const reads = (template: string) =>
  analyzeTemplate(template).reads.map(({ root, path, isDynamic, isOptional, start, end }) => {
    const marks = `${isDynamic ? '*' : ''}${isOptional ? '?' : ''}`
    return `${[root, ...path].join('/')}${marks} ${template.slice(start, end)}`
  })

describe('analyzeTemplate', () => {
  test.each([
    ['plain', []],
    ['{{ input }}', ['input input']],
    ['{{ input.a.0["b c"] }}', ['input/a/0/b c input.a.0["b c"]']],
    ['{{ input[vars.key].x }}', ['input* input[vars.key].x', 'vars/key vars.key']],
    ['{{ input.a[0][index].b }}', ['input/a/0* input.a[0][index].b', 'index index']],
    ['{{ input?.a }}', ['input/a? input?.a']],
    ['{{ a ?? b.c ?? d }}', ['a? a', 'b/c? b.c', 'd d']],
    ['{{ (a ? b : c) ?? d }}', ['a a', 'b b', 'c c', 'd d']],
    ['{{ a || b }}', ['a a', 'b b']],
    ['{{ [a, { k: b }] }} {{ -f(c, !d) > e }}', ['a a', 'b b', 'c c', 'd d', 'e e']],
    ['{{ f(a)[b].c }}', ['a a', 'b b']],
    ['{{ x ? y : z }}', ['x x', 'y y', 'z z']],
  ])('lists what %s reads', (template, expected) => {
    expect(reads(template)).toEqual(expected)
  })

  test('names the node of a reference and the span of its id', () => {
    const template = 'Hi {{ nodes.charge.output.id }} {{ nodes["ship"] }} {{ nodes[x] }} {{ nodes }} {{ nodes.0 }}'
    const nodes = analyzeTemplate(template).reads.flatMap(({ node }) => node ?? [])
    expect(nodes.map(({ id, start, end }) => [id, template.slice(start, end)])).toEqual([
      ['charge', 'charge'],
      ['ship', '"ship"'],
    ])
  })

  test('lists functions once, known or not, and whether one is impure', () => {
    expect(analyzeTemplate('{{ upper(lower(upper("a"))) }}{{ nope() }}')).toMatchObject({
      functions: ['upper', 'lower', 'nope'],
      isImpure: false,
    })
    for (const name of ['now', 'uuid', 'random']) expect(analyzeTemplate(`{{ ${name}() }}`).isImpure).toBe(true)
  })

  test('takes a parsed template and says whether it is one expression', () => {
    expect(analyzeTemplate(parseTemplate('{{ a }}')).isWhole).toBe(true)
    expect(analyzeTemplate('{{ a }}!').isWhole).toBe(false)
  })

  test('throws what the parser throws', () => {
    expect(() => analyzeTemplate('{{ a')).toThrowError(expect.objectContaining({ code: 'EXPRESSION_SYNTAX' }))
  })
})
