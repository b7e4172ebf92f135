import type { Json } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { completeHandInput } from './hand-input.ts'

const AT = Date.UTC(2026, 0, 1, 12)
const START = { runId: 'r', at: AT }
const schema = { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] }
const event = { trigger: 'event', params: { eventType: 'order.created', schema } } as const
const daily = { trigger: 'schedule', params: { repeat: 'cron', cron: '30 9 * * *', zone: 'Asia/Kolkata' } } as const
const refusal = (code: string) => expect.objectContaining({ code })

describe('completeHandInput', () => {
  test('makes up an event with the given data, and keeps the fields that are given', () => {
    expect(completeHandInput(event, { data: { total: 3 } }, START)).toEqual({
      ...{ id: 'by-hand-r', source: 'by-hand', type: 'order.created', subject: null, data: { total: 3 } },
      time: '2026-01-01T12:00:00.000Z',
    })
    const given = { id: 'e1', source: 'shop', type: 'order.created', subject: 'o1', time: '2025-01-01T00:00:00.000Z' }
    expect(completeHandInput(event, { ...given, data: { total: 3 } }, START)).toEqual({ ...given, data: { total: 3 } })
  })

  test('takes the next time of a schedule, or a given one', () => {
    expect(completeHandInput(daily, {}, START)).toEqual({
      ...{ due_at: '2026-01-02T04:00:00.000Z', fired_at: '2026-01-01T12:00:00.000Z' },
      ...{ zone: 'Asia/Kolkata', date: '2026-01-02', time: '09:30', backfill: false },
    })
    const due = { due_at: '2026-03-01T00:00:00.000Z' }
    expect(completeHandInput(daily, due, START)).toMatchObject({ ...due, date: '2026-03-01', time: '05:30' })
  })

  test('writes the given instants as a schedule and an event do', () => {
    const due = completeHandInput(
      daily,
      { due_at: '2026-03-01 02:00:00+02:00', fired_at: '2026-03-01T00:00:01Z' },
      START,
    )
    expect(due).toMatchObject({ due_at: '2026-03-01T00:00:00.000Z', fired_at: '2026-03-01T00:00:01.000Z' })
    const made = completeHandInput(event, { data: { total: 3 }, time: '2026-03-01T02:00:00+02:00' }, START)
    expect(made).toMatchObject({ time: '2026-03-01T00:00:00.000Z' })
  })

  test.each([
    ['2016-12-31T23:59:60Z'],
    ['0000-01-01T00:00:00Z'],
    ['1969-12-31T23:59:59Z'],
    ['9999-12-31T23:59:59-23:59'],
  ])('refuses the time %s, for which there is no run', (text) => {
    for (const name of ['due_at', 'fired_at']) {
      expect(() => completeHandInput(daily, { [name]: text }, START)).toThrow(refusal('RUN_INPUT_INVALID'))
    }
    const made = { data: { total: 3 }, time: text }
    expect(() => completeHandInput(event, made, START)).toThrow(refusal('RUN_INPUT_INVALID'))
  })

  test('refuses an event of another type than that of the trigger', () => {
    const other = { data: { total: 3 }, type: 'order.deleted' }
    expect(() => completeHandInput(event, other, START)).toThrow(refusal('RUN_INPUT_INVALID'))
  })

  test.each<[Json]>([[{}], [{ data: {} }], [{ data: { total: 3 }, other: 1 }], [null], [[]]])(
    'refuses the event %j',
    (input) => {
      expect(() => completeHandInput(event, input, START)).toThrow(refusal('RUN_INPUT_INVALID'))
    },
  )

  test('refuses a time that is none, and a schedule without times', () => {
    expect(() => completeHandInput(daily, { due_at: 'soon' }, START)).toThrow(refusal('RUN_INPUT_INVALID'))
    const never = { trigger: 'schedule', params: { ...daily.params, cron: '0 0 30 2 *' } } as const
    expect(() => completeHandInput(never, {}, START)).toThrow(refusal('SCHEDULE_INVALID'))
  })

  test('leaves the input of other triggers as it is', () => {
    expect(completeHandInput({ params: {} }, 'text', START)).toBe('text')
    expect(completeHandInput({ trigger: 'webhook', params: {} }, [1], START)).toEqual([1])
  })
})
