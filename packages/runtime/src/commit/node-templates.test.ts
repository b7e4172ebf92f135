import { createTemplateTable } from '@tenon/core/expression'
import { describe, expect, test } from 'vitest'
import { readsIn, templatesIn } from './node-templates.ts'

describe('templatesIn', () => {
  test('finds templates at any depth, and nothing else', () => {
    const value = { a: '{{x}}', b: ['plain', { c: 'text {{y}}' }], d: 5, e: null, f: true }
    expect(templatesIn(value)).toEqual(['{{x}}', 'text {{y}}'])
  })
})

describe('readsIn', () => {
  test('names each path as far as it is known beforehand', () => {
    const texts = ['{{input.a.b}} and {{nodes.x.output["k"][0]}}', '{{input[vars.key].z}}', '{{input}}']
    expect(readsIn(texts, createTemplateTable())).toEqual([
      ['input', 'a', 'b'],
      ['nodes', 'x', 'output', 'k', 0],
      ['input'],
      ['vars', 'key'],
      ['input'],
    ])
  })

  test('counts both ways of a choice', () => {
    expect(readsIn(['{{ input.a ? trigger.b : error.code }}'], createTemplateTable())).toEqual([
      ['input', 'a'],
      ['trigger', 'b'],
      ['error', 'code'],
    ])
  })
})
