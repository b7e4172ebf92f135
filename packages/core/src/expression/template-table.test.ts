import { expect, test } from 'vitest'
import { analyzeTemplate } from './analyze.ts'
import { parseTemplate } from './parse.ts'
import { createTemplateTable } from './template-table.ts'

test('a table parses and analyzes each text once', () => {
  const templates = createTemplateTable()
  const text = 'Hi {{ nodes.a.output.name }}'
  expect(templates.parse(text)).toEqual(parseTemplate(text))
  expect(templates.analyze(text)).toEqual(analyzeTemplate(text))
  expect(templates.parse(text)).toBe(templates.parse(text))
  expect(templates.analyze(text)).toBe(templates.analyze(text))
})

test('a table throws each time for a text that cannot be read', () => {
  const templates = createTemplateTable()
  for (const read of [templates.parse, templates.analyze, templates.parse]) {
    expect(() => read('{{ 1 +')).toThrow(expect.objectContaining({ code: 'EXPRESSION_SYNTAX' }))
  }
})

test('templates share an expression at the same offset, whatever the text around it', () => {
  const templates = createTemplateTable()
  const texts = [
    'a/{{ input.n }}/1',
    'b/{{ input.n }}/2',
    'b/{{ input.n }}',
    'abc{{ input.n }}',
    'b/{{ input.n }}{{ 1 }}',
  ]
  for (const text of texts) {
    expect(templates.parse(text)).toEqual(parseTemplate(text))
    expect(templates.analyze(text)).toEqual(analyzeTemplate(text))
  }
  const [first, second] = texts.map((text) => templates.parse(text).parts[1])
  expect(first).toBe(second)
  expect(templates.analyze('a/{{ input.n }}/1')).toBe(templates.analyze('b/{{ input.n }}/2'))
})

test('braces in texts and at the end of objects do not close an expression of a table', () => {
  const templates = createTemplateTable()
  for (const text of [
    'x{{ "}}" }}',
    'x{{ "}}" + 1 }}',
    'x{{ {a: {}} }}',
    'x{{ {a: {b: 1}}}}',
    'x{{ 1 }}}}',
    'x{{ 2 }} }}',
  ]) {
    expect(templates.parse(text)).toEqual(parseTemplate(text))
    expect(templates.parse(`${text} `)).toEqual(parseTemplate(`${text} `))
  }
  for (const text of ['x{{ {a: {}}', 'x{{ 1 } }', 'x{{ 1', 'x{{ 1 }']) {
    expect(() => templates.parse(text)).toThrow(expect.objectContaining({ code: 'EXPRESSION_SYNTAX' }))
  }
})
