import { expect, test } from 'vitest'
import { z } from 'zod'
import { toJsonSchema } from './json-schema-of.ts'

test('the messages of patterns are kept beside them', () => {
  const schema = z.object({
    host: z
      .string()
      .max(9)
      .regex(/^[a-z.]+$/, 'Write a host'),
    byFunction: z.string().regex(/^a$/, { error: () => 'Write a' }),
    byObject: z.string().regex(/^b$/, { error: () => ({ message: 'Write b' }) }),
    none: z.string().regex(/^c$/, { error: () => undefined }),
    plain: z.string().regex(/^d$/),
    date: z.iso.date(),
  })
  const { properties } = toJsonSchema({ type: 'acme/x' }, 'params', schema, 'input') as {
    properties: Record<string, { pattern?: string; patternMessage?: string }>
  }
  expect(Object.entries(properties).map(([name, { patternMessage }]) => [name, patternMessage])).toEqual([
    ...[
      ['host', 'Write a host'],
      ['byFunction', 'Write a'],
      ['byObject', 'Write b'],
    ],
    ...[
      ['none', undefined],
      ['plain', undefined],
      ['date', undefined],
    ],
  ])
})
