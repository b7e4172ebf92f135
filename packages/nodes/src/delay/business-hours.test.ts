import { describe, expect, test } from 'vitest'
import { evaluateNode } from '../../test/run-node.ts'
import { type BusinessHours, isTimeZone, nextBusinessTime } from './business-hours.ts'
import { delayNode } from './implementation.ts'

const BERLIN: BusinessHours = {
  zone: 'Europe/Berlin',
  days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  from: '09:00',
  to: '17:00',
}
const next = (now: string, hours: Partial<BusinessHours> = {}) =>
  new Date(nextBusinessTime(Date.parse(now), { ...BERLIN, ...hours })).toISOString()

describe('nextBusinessTime', () => {
  test.each([
    ['within the hours', '2026-11-30T10:30:00Z', '2026-11-30T10:30:00.000Z'],
    ['at the begin', '2026-11-30T08:00:00Z', '2026-11-30T08:00:00.000Z'],
    ['before the begin', '2026-11-30T05:00:00Z', '2026-11-30T08:00:00.000Z'],
    ['at the end, which is not within', '2026-11-30T16:00:00Z', '2026-12-01T08:00:00.000Z'],
    ['after the end of a Friday', '2026-12-04T18:00:00Z', '2026-12-07T08:00:00.000Z'],
    // Of the zone, not of UTC: Monday has begun in Berlin.
    ['on a Sunday of UTC', '2026-11-29T23:30:00Z', '2026-11-30T08:00:00.000Z'],
    ['across the change to summer time', '2027-03-26T17:00:00Z', '2027-03-29T07:00:00.000Z'],
    ['across the change to winter time', '2026-10-23T16:00:00Z', '2026-10-26T08:00:00.000Z'],
  ])('%s', (_name, now, expected) => {
    expect(next(now)).toBe(expected)
  })

  test('of one day a week waits for the same day of the next one', () => {
    expect(next('2026-11-30T17:00:00Z', { days: ['monday'] })).toBe('2026-12-07T08:00:00.000Z')
  })

  test('knows times that the clock shows twice or never, and midnight as an end', () => {
    const nights = { days: ['sunday'], from: '02:30', to: '24:00' } as const
    // 02:30 comes twice: the first one counts.
    expect(next('2026-10-24T12:00:00Z', nights)).toBe('2026-10-25T00:30:00.000Z')
    // 02:30 is skipped: 03:30 of summer time.
    expect(next('2027-03-27T12:00:00Z', nights)).toBe('2027-03-28T01:30:00.000Z')
    expect(next('2027-03-28T21:59:59Z', nights)).toBe('2027-03-28T21:59:59.000Z')
    expect(next('2027-03-28T22:00:00Z', nights)).toBe('2027-04-04T00:30:00.000Z')
    expect(next('2026-11-30T03:20:00Z', { zone: 'Asia/Kathmandu' })).toBe('2026-11-30T03:20:00.000Z')
  })

  test('recognizes names of zones', () => {
    expect(['UTC', 'Europe/Berlin', 'America/St_Johns'].every(isTimeZone)).toBe(true)
    expect(['', 'Mars/Olympus', 'Berlin'].some(isTimeZone)).toBe(false)
  })
})

describe('delay until business hours', () => {
  const now = Date.parse('2026-11-30T05:00:00Z')
  const params = { mode: 'businessHours', zone: 'Europe/Berlin' }

  test('waits until they begin, and not within them', () => {
    const dueAt = Date.parse('2026-11-30T08:00:00Z')
    expect(evaluateNode(delayNode, params, { now })).toEqual({ suspend: { kind: 'time', dueAt } })
    expect(evaluateNode(delayNode, params, { now: dueAt })).toMatchObject({
      output: { waited_until: '2026-11-30T08:00:00.000Z' },
    })
  })

  test('refuses an unknown zone, hours without a length, and a time that is too far away', () => {
    for (const faulty of [{ zone: 'Mars/Olympus' }, { zone: '' }, { from: '17:00', to: '09:00' }, { days: [] }]) {
      expect(() => evaluateNode(delayNode, { ...params, ...faulty }, { now })).toThrow(
        expect.objectContaining({ code: 'NODE_PARAMS_INVALID' }),
      )
    }
    const until = { mode: 'until', until: '2099-01-01T00:00:00Z' }
    expect(() => evaluateNode(delayNode, until, { now })).toThrow(expect.objectContaining({ code: 'DELAY_TOO_LONG' }))
  })
})
