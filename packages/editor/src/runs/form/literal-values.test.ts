import { describe, expect, test } from 'vitest'
import { formFields } from './form-model.ts'
import { expressionWarnings, withoutExpressionHints } from './literal-values.ts'

describe('withoutExpressionHints', () => {
  test('removes texts with braces at any depth, and keeps other texts and params of those names', () => {
    const shown = { type: 'string', description: 'Encoded for its part of the URL.', examples: ['https://a.example'] }
    const schema = {
      type: 'object',
      properties: {
        url: shown,
        body: { title: 'Body', description: 'One expression such as {{input}}' },
        description: { type: 'string', examples: ['{{input.text}}'] },
        examples: { type: 'array', items: { type: 'string', description: 'Type {{ to insert a field.' } },
      },
    }
    expect(withoutExpressionHints(schema)).toEqual({
      type: 'object',
      properties: {
        url: shown,
        body: { title: 'Body' },
        description: { type: 'string' },
        examples: { type: 'array', items: { type: 'string' } },
      },
    })
    expect(withoutExpressionHints(true)).toBe(true)
  })
})

describe('expressionWarnings', () => {
  const fields = formFields({
    type: 'object',
    properties: {
      url: { type: 'string' },
      body: {},
      auth: { type: 'object', properties: { user: { type: 'string' } } },
      lines: { type: 'array', items: { type: 'object', properties: { text: { type: 'string' } } } },
    },
  })
  const value = {
    url: 'https://a.example/{{input.id}}',
    body: { deep: ['{{input}}'] },
    auth: { user: '{{vars.user}}' },
    lines: [{ text: 'a' }, { text: '{{item}}' }],
  }

  test('is at the innermost field that is shown', () => {
    expect([...expressionWarnings(fields, value, {}, 'w').keys()]).toEqual(['url', 'body', 'auth/user', 'lines/1/text'])
    expect([...expressionWarnings(null, value, {}, 'w')]).toEqual([
      ['url', 'w'],
      ['body', 'w'],
      ['auth', 'w'],
      ['lines', 'w'],
    ])
  })

  test('is not about data that the last attempt had', () => {
    expect(expressionWarnings(fields, value, value, 'w').size).toBe(0)
    const changed = { ...value, url: '{{input.url}}' }
    expect([...expressionWarnings(fields, changed, value, 'w').keys()]).toEqual(['url'])
    expect(expressionWarnings(fields, ['{{input}}'], value, 'w').size).toBe(0)
  })
})
