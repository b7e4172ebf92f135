import type { Resume } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { evaluateNode } from '../../test/run-node.ts'
import { waitForCallbackNode } from '../wait-for-callback/implementation.ts'
import { waitForEventNode } from './implementation.ts'

const schema = { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] }
const PARAMS = { eventName: 'order.paid', key: 'o1', schema, timeout: '4h' }
const received = (payload: Extract<Resume, { kind: 'event' }>['payload']): Resume => ({
  ...{ kind: 'event', eventId: 'e1', payload, receivedAt: 1 },
})

describe('wait-for-event and wait-for-callback', () => {
  test('wait with a schema and a time limit, or without one', () => {
    const dueAt = 1_000 + 4 * 3_600_000
    expect(evaluateNode(waitForEventNode, PARAMS, { now: 1_000 })).toEqual({
      suspend: { kind: 'event', name: 'order.paid', key: 'o1', schema, dueAt },
    })
    expect(evaluateNode(waitForCallbackNode, {}, { now: 1_000 })).toEqual({
      suspend: { kind: 'callback', schema: { type: 'object', properties: {} }, dueAt: null },
    })
  })

  test.each([
    [' o1 ', 'o1'],
    [17, '17'],
    [true, 'true'],
  ])('wait for the key %j as the text %j', (key, text) => {
    expect(evaluateNode(waitForEventNode, { ...PARAMS, key }, { now: 1_000 })).toMatchObject({ suspend: { key: text } })
  })

  test('put out what has arrived, or the end of the time limit', () => {
    const resume = received({ amount: 12 })
    for (const node of [waitForEventNode, waitForCallbackNode]) {
      expect(evaluateNode(node, PARAMS, { resume })).toMatchObject({ port: 'success', output: { amount: 12 } })
      const late: Resume = { kind: 'timeout', firedAt: 0, votes: [] }
      expect(evaluateNode(node, PARAMS, { resume: late })).toMatchObject({
        port: 'timeout',
        output: { waited_until: '1970-01-01T00:00:00.000Z' },
      })
    }
  })

  test('fail with a payload that came early and does not fit', () => {
    expect(() => evaluateNode(waitForEventNode, PARAMS, { resume: received({ amount: 'much' }) })).toThrow(
      expect.objectContaining({ code: 'EVENT_PAYLOAD_INVALID', details: { issues: [expect.anything()] } }),
    )
  })

  test.each([{ key: 'o1' }, { eventName: 'paid' }, { ...PARAMS, key: ' ' }, { ...PARAMS, schema: { type: 'array' } }])(
    'refuses %j',
    (params) => {
      expect(() => evaluateNode(waitForEventNode, params)).toThrow(
        expect.objectContaining({ code: 'NODE_PARAMS_INVALID' }),
      )
    },
  )
})
