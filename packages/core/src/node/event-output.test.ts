import { expect, test } from 'vitest'
import { eventOutput } from './event-output.ts'

test('describes an event with its data, and nothing else', () => {
  expect(eventOutput({ type: 'object' })).toMatchObject({
    ...{ type: 'object', additionalProperties: false },
    properties: { data: { type: 'object' }, subject: { type: ['string', 'null'] }, id: { type: 'string' } },
  })
})
