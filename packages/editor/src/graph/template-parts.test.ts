import { describe, expect, test } from 'vitest'
import { parseReference, splitTemplate } from './template-parts.ts'

describe('splitTemplate', () => {
  test('keeps text, references and expressions apart and covers the whole template', () => {
    const template = 'Hi {{ nodes.start.output.name }}, {{ upper(input.city) }}!'
    const parts = splitTemplate(template)
    expect(parts.map((part) => part.kind)).toEqual(['text', 'reference', 'text', 'expression', 'text'])
    expect(parts.map((part) => template.slice(part.from, part.to)).join('')).toBe(template)
  })

  test('closing braces inside a quoted text do not end a placeholder', () => {
    const parts = splitTemplate('{{ concat("}}", input.a) }} after')
    expect(parts.map((part) => part.text)).toEqual(['concat("}}", input.a)', ' after'])
  })

  test('a placeholder that is not closed is text', () => {
    expect(splitTemplate('a {{ input.b')).toEqual([{ kind: 'text', text: 'a {{ input.b', from: 0, to: 12 }])
  })
})

describe('parseReference', () => {
  test('reads a field of another node, also by quoted keys and indexes', () => {
    expect(parseReference('nodes.analyze_1.output.tags[0]["first name"]')).toEqual({
      root: 'nodes',
      nodeId: 'analyze_1',
      path: ['tags', '0', 'first name'],
    })
  })

  test('reads optional paths and the roots of the scope', () => {
    expect(parseReference(' input?.a.0 ')).toEqual({ root: 'input', nodeId: null, path: ['a', '0'] })
    expect(parseReference('trigger')).toEqual({ root: 'trigger', nodeId: null, path: [] })
    expect(parseReference('index')).toEqual({ root: 'index', nodeId: null, path: [] })
    expect(parseReference('item.id')).toEqual({ root: 'item', nodeId: null, path: ['id'] })
  })

  test.each(['input.a + 1', 'upper(input.a)', 'other.a', 'nodes', '"input"'])('%s is no plain reference', (text) => {
    expect(parseReference(text)).toBeNull()
  })
})
