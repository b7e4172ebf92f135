import { type ScheduleParams, scheduleParams } from '@tenon/core/node'
import { expect, test } from 'vitest'
import { planFirings } from './plan-firings.ts'
import { createScheduleTimes } from './schedule-times.ts'

const NOW = Date.parse('2026-11-30T12:00:20Z')
const at = (time: string) => Date.parse(`2026-11-30T${time}:00Z`)
const timeOf = (instant: number) => new Date(instant).toISOString().slice(11, 16)

/** No server was there until now. */
const outageUntil = (untilAt: number) => [{ fromAt: 0, untilAt }]

function plan(given: Partial<ScheduleParams>, dueAt: number, now = NOW) {
  const params = scheduleParams.parse({ repeat: 'interval', every: '30m', ...given })
  const { fire, missed, nextAt } = planFirings(createScheduleTimes(params), params, {
    dueAt,
    now,
    outages: outageUntil(now),
  })
  return {
    fire: fire.map(timeOf),
    missed: missed === null ? null : [timeOf(missed.firstAt), timeOf(missed.lastAt), missed.count, missed.isCut],
    nextAt: nextAt === null ? null : timeOf(nextAt),
  }
}

test.each([
  ['in time', {}, at('12:00'), { fire: ['12:00'], missed: null, nextAt: '12:30' }],
  [
    'none',
    { catchUp: 'none' },
    at('10:30'),
    { fire: ['12:00'], missed: ['10:30', '11:30', 3, false], nextAt: '12:30' },
  ],
  [
    'last',
    { catchUp: 'last' },
    at('10:30'),
    { fire: ['12:00'], missed: ['10:30', '11:30', 3, false], nextAt: '12:30' },
  ],
  [
    'all',
    { catchUp: 'all' },
    at('10:30'),
    { fire: ['10:30', '11:00', '11:30', '12:00'], missed: null, nextAt: '12:30' },
  ],
  [
    'all within the window',
    { catchUp: 'all', catchUpWindow: '45m' },
    at('10:30'),
    { fire: ['11:30', '12:00'], missed: ['10:30', '11:00', 2, false], nextAt: '12:30' },
  ],
] as const)('after an outage: %s', (_, params, dueAt, expected) => {
  expect(plan(params, dueAt)).toEqual(expected)
})

test('a time that is a little late is not missed, and one that is too old starts nothing', () => {
  expect(plan({ catchUp: 'none' }, at('12:00'), at('12:01'))).toMatchObject({ fire: ['12:00'], missed: null })
  expect(plan({ catchUp: 'none' }, at('12:00'), at('12:02'))).toMatchObject({
    fire: [],
    missed: ['12:00', '12:00', 1, false],
  })
  expect(plan({ catchUp: 'last', catchUpWindow: '30m' }, at('10:30'), at('11:59'))).toMatchObject({
    fire: ['11:30'],
    missed: ['10:30', '11:00', 2, false],
  })
  expect(plan({ catchUp: 'last', every: '1d', catchUpWindow: '1h' }, at('00:00'))).toMatchObject({
    fire: [],
    nextAt: '00:00',
  })
})

test('a long outage of a schedule that is due every minute is decided in parts, and not all its times are counted', () => {
  const every = { every: '1m', catchUpWindow: '7d' } as const
  const dueAt = NOW - 5 * 86_400_000
  const last = plan({ ...every, catchUp: 'last' }, dueAt)
  expect(last).toMatchObject({ fire: ['12:00'], nextAt: '12:01' })
  expect(last.missed?.slice(2)).toEqual([1_001, true])
  const all = plan({ ...every, catchUp: 'all' }, dueAt - 20 * 86_400_000)
  expect(all.fire).toHaveLength(50)
  expect(all).toMatchObject({ nextAt: '12:51', missed: ['12:00', '12:00', 1_001, true] })
  // The last time may be long before now, as on a Monday morning.
  const weekdays = scheduleParams.parse({ repeat: 'interval', every: '1m', days: 'weekdays', catchUpWindow: '7d' })
  const sunday = Date.parse('2026-11-29T20:00Z')
  const plan2 = planFirings(createScheduleTimes(weekdays), weekdays, {
    ...{ dueAt: sunday - 4 * 86_400_000, now: sunday, outages: outageUntil(sunday) },
  })
  expect(plan2.fire.map((each) => new Date(each).toISOString())).toEqual(['2026-11-27T23:59:00.000Z'])
})

test('a time is missed only if no server was there within a minute of it', () => {
  const outages = [{ fromAt: at('10:15'), untilAt: at('11:00') + 30_000 }]
  const decide = (catchUp: ScheduleParams['catchUp'], dueAt: number) => {
    const params = scheduleParams.parse({ repeat: 'interval', every: '15m', catchUp })
    const { fire, missed, nextAt } = planFirings(createScheduleTimes(params), params, { dueAt, now: NOW, outages })
    return [missed === null ? null : [timeOf(missed.firstAt), missed.count], fire.map(timeOf), timeOf(nextAt ?? 0)]
  }
  // Two hours late, as behind many others, and not missed; what was is left for the next plan, in order.
  expect(decide('none', at('10:00'))).toEqual([null, ['10:00', '10:15'], '10:30'])
  const late = ['11:00', '11:15', '11:30', '11:45', '12:00']
  expect(decide('none', at('10:30'))).toEqual([['10:30', 2], late, '12:15'])
  expect(decide('last', at('10:30'))).toEqual([['10:30', 2], late, '12:15'])
  expect(decide('all', at('10:30'))).toEqual([null, ['10:30', '10:45', ...late], '12:15'])
})
