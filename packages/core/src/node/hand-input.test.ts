import { expect, test } from 'vitest'
import { handInputSchema, startsByHand } from './hand-input.ts'
import { TRIGGER_KINDS } from './trigger-params.ts'

test('a person enters the time of a schedule, the fields of a form or the data of an event, and no message', () => {
  const schema = { type: 'object', properties: { total: { type: 'number' } } }
  expect(handInputSchema('schedule', {})).toMatchObject({ properties: { due_at: { format: 'date-time' } } })
  expect(handInputSchema('event', { schema })).toMatchObject({ properties: { data: schema }, required: ['data'] })
  expect(handInputSchema('event', {})).toMatchObject({ properties: { data: { title: 'Data' } } })
  expect(handInputSchema('poll', {})).toEqual({ type: 'object', properties: {} })
  expect(handInputSchema('form', { inputSchema: schema })).toBe(schema)
  expect(handInputSchema('form', {})).toEqual({ type: 'object', properties: {} })
  expect(handInputSchema('webhook', {})).toBeNull()
  expect([undefined, ...TRIGGER_KINDS].filter(startsByHand)).toEqual([undefined, 'form', 'event', 'schedule', 'poll'])
})
