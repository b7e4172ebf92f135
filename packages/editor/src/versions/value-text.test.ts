import type { Json } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { SETTING_LABELS, valueText, valueTexts } from './value-text.ts'

const WORDS = { t: createTranslate(en, 'en'), locale: 'en' }

describe('valueText', () => {
  test.each<[Json, string]>([
    ['https://a.example', 'https://a.example'],
    [3, '3'],
    [true, 'On'],
    [false, 'Off'],
    [null, 'Empty'],
    ['', 'Empty'],
    [[], 'Empty'],
    [{}, 'Empty'],
    [{ 'X-Trace': '7', accept: null }, 'X-Trace: 7\naccept: Empty'],
    [['a', 2], '• a\n• 2'],
    [{ list: [{ a: 1, b: [true] }] }, 'list:\n  • a: 1\n    b: • On'],
    [{ text: 'two\nlines' }, 'text:\n  two\n  lines'],
  ])('%j', (value, text) => {
    expect(valueText(value, WORDS)).toBe(text)
  })

  test('names fields by their titles and choices as the form does', () => {
    const root = {
      type: 'object',
      properties: {
        cases: {
          type: 'array',
          items: {
            type: 'object',
            properties: { op: { title: 'Comparison', enum: ['!=', 'contains'] }, value: { type: 'string' } },
          },
        },
      },
    } as const
    const value = { cases: [{ op: '!=', value: 'x' }], other: 1 }
    expect(valueText(value, { ...WORDS, schemas: { root, own: root } })).toBe(
      'Cases:\n  • Comparison: ≠\n    Value: x\nother: 1',
    )
  })

  test('names settings in words', () => {
    expect(valueText({ maximumAttempts: 3 }, { ...WORDS, ...SETTING_LABELS })).toBe('Maximum attempts: 3')
  })

  test('shows of a secret only when and by whom it was set', () => {
    const secret = { $secret: 'sec_aaaaaaaaaaaaaaaaaaaaaa', setAt: '2026-11-20T10:00:00.000Z', setBy: 'Ada Obi' }
    expect(valueText({ key: secret }, WORDS)).toMatch(/^key: Set on Nov 20, .* by Ada Obi$/)
  })
})

test('valueTexts shows values as JSON if their texts are equal', () => {
  expect(valueTexts(1, '1', WORDS)).toEqual({ before: '1', after: '"1"' })
  expect(valueTexts({}, undefined, WORDS)).toEqual({ before: '{}', after: null })
  expect(valueTexts({ a: 1 }, { a: 2 }, WORDS)).toEqual({ before: 'a: 1', after: 'a: 2' })
})
