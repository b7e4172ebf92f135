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
