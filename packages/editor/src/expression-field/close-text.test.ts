import { describe, expect, test } from 'vitest'
import { closingQuoteAt } from './close-text.ts'

/** The code with the quote that it needs; `|` marks the caret. */
function closed(marked: string): string {
  const caret = marked.indexOf('|')
  const code = marked.replace('|', '')
  const at = closingQuoteAt(code, caret)
  return at === null ? code : `${code.slice(0, at)}"${code.slice(at)}`
}

describe('closingQuoteAt', () => {
  test.each([
    ['{"a": "{{input.x|}}}', '{"a": "{{input.x}}"}'],
    ['{"a": "{{input.x}}|}', '{"a": "{{input.x}}"}'],
    ['{"a": "{{upper(|)}}}', '{"a": "{{upper()}}"}'],
    ['{"a": "{{input["x"]|}}}', '{"a": "{{input["x"]}}"}'],
    ['{"a": "{{input.x|}}, "b": 1}', '{"a": "{{input.x}}", "b": 1}'],
    ['["{{input.x|}}\n, "b"]', '["{{input.x}}"\n, "b"]'],
    ['["a \\" {{input.x|}}]', '["a \\" {{input.x}}"]'],
    ['{"{{input.x|}}: 1}', '{"{{input.x}}": 1}'],
    ['<a b="{{input.x|}}>', '<a b="{{input.x}}">'],
    ['{"a": "{{input.x}} {{input.y|}}}', '{"a": "{{input.x}} {{input.y}}"}'],
  ])('closes %s', (marked, wanted) => {
    expect(closed(marked)).toBe(wanted)
  })

  test.each([
    '{"a": {{input.x|}}}',
    '{"a": "{{input.x|}}"}',
    '{"a": "{{input.x|}} and more"}',
    '{"a": "{{input.x|}} and more}',
    '{"a": "{{input.x}}", "b": {{input.y|}}}',
    '{"a": "|{{input.x}}}',
    '{"a": "|}',
    '"{{input.x|',
  ])('changes nothing in %s', (marked) => {
    expect(closed(marked)).toBe(marked.replace('|', ''))
  })
})
