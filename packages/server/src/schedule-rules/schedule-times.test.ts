import { durationToMs } from '@tenon/core/document'
import { type ScheduleParams, scheduleParams } from '@tenon/core/node'
import { expect, test, vi } from 'vitest'
import { checkSchedule } from './check-schedule.ts'
import { createScheduleTimes } from './schedule-times.ts'
import { createZoneClock } from './zone-clock.ts'

/** The next times after an instant. */
function timesOf(given: Partial<ScheduleParams>, after: string, count: number): readonly string[] {
  const times = createScheduleTimes(scheduleParams.parse(given))
  const found: string[] = []
  let at: number | null = Date.parse(after)
  while (found.length < count) {
    at = times.next(at)
    if (at === null) break
    const { at: instant, local, clockChange } = times.describe(at)
    found.push(`${instant.slice(0, 16)} ${local.slice(5)}${clockChange === null ? '' : ` ${clockChange}`}`)
  }
  return found
}

test.each([
  // Clocks skip 02:00 to 03:00: the time is moved to the end of the gap.
  [
    { cron: '30 2 * * *', zone: 'Europe/Berlin' },
    '2026-03-28T00:00Z',
    ['2026-03-28T01:30 03-28T02:30', '2026-03-29T01:00 03-29T03:00 gap', '2026-03-30T00:30 03-30T02:30'],
  ],
  // Clocks show 02:00 to 03:00 twice: the time counts once, the first time.
  [
    { cron: '30 2 * * *', zone: 'Europe/Berlin' },
    '2026-10-24T12:00Z',
    ['2026-10-25T00:30 10-25T02:30 repeated', '2026-10-26T01:30 10-26T02:30'],
  ],
  // Also of a list of times.
  [
    { cron: '30 2,14 * * *', zone: 'America/New_York' },
    '2026-03-08T00:00Z',
    ['2026-03-08T07:00 03-08T03:00 gap', '2026-03-08T18:30 03-08T14:30', '2026-03-09T06:30 03-09T02:30'],
  ],
  [
    { cron: '30 1 * * *', zone: 'America/New_York' },
    '2026-10-31T12:00Z',
    ['2026-11-01T05:30 11-01T01:30 repeated', '2026-11-02T06:30 11-02T01:30'],
  ],
  // Every hour is every hour that elapses, in both directions.
  [
    { cron: '30 * * * *', zone: 'Europe/Berlin' },
    '2026-03-29T00:00Z',
    ['2026-03-29T00:30 03-29T01:30', '2026-03-29T01:30 03-29T03:30', '2026-03-29T02:30 03-29T04:30'],
  ],
  [
    { cron: '30 * * * *', zone: 'Europe/Berlin' },
    '2026-10-25T00:00Z',
    ['2026-10-25T00:30 10-25T02:30 repeated', '2026-10-25T01:30 10-25T02:30 repeated', '2026-10-25T02:30 10-25T03:30'],
  ],
  [
    { cron: '0 9 * * MON-FRI', zone: 'Asia/Kolkata' },
    '2026-11-27T04:00Z',
    ['2026-11-30T03:30 11-30T09:00', '2026-12-01T03:30 12-01T09:00'],
  ],
  [{ cron: '0 0 29 2 *', zone: 'UTC' }, '2026-01-01T00:00Z', ['2028-02-29T00:00 02-29T00:00']],
] as const)('cron %j after %s', (params, after, expected) => {
  expect(timesOf(params, after, expected.length)).toEqual(expected)
})

test.each([
  [{ every: '90m' }, '2026-11-30T00:00Z', ['2026-11-30T01:30 11-30T01:30', '2026-11-30T03:00 11-30T03:00']],
  // A day has 24 hours, so the time of the clock moves by an hour.
  [
    { every: '1d', from: '2026-10-24T09:00+02:00', zone: 'Europe/Berlin' },
    '2026-10-01T00:00Z',
    ['2026-10-24T07:00 10-24T09:00', '2026-10-25T07:00 10-25T08:00'],
  ],
  [
    { every: '4h', days: 'weekdays', hours: '09:00-17:00', zone: 'America/New_York', from: '2026-11-27T14:00Z' },
    '2026-11-27T14:00Z',
    ['2026-11-27T18:00 11-27T13:00', '2026-11-30T14:00 11-30T09:00'],
  ],
  [{ every: '1m', days: 'weekdays' }, '2026-11-27T23:59Z', ['2026-11-30T00:00 11-30T00:00']],
  // Hours past midnight; the end is not included.
  [
    { every: '3h', hours: '21:00-03:00' },
    '2026-11-30T18:00Z',
    ['2026-11-30T21:00 11-30T21:00', '2026-12-01T00:00 12-01T00:00', '2026-12-01T21:00 12-01T21:00'],
  ],
  [{ every: '1d', hours: '00:00-24:00' }, '2026-11-30T18:00Z', ['2026-12-01T00:00 12-01T00:00']],
] as const)('an interval %j after %s', (params, after, expected) => {
  expect(timesOf({ repeat: 'interval', ...params }, after, expected.length)).toEqual(expected)
})

test.each([
  [{ cron: '* * * * * *' }, ['cron'], /^Write five fields: .*\(it has 6\)$/],
  [{ cron: '61 * * * *' }, ['cron'], /^Minute: 61 is not between 0 and 59$/],
  [{ cron: 'every day' }, ['cron'], /^Write five fields/],
  [{ cron: '0 0 30 2 *' }, ['cron'], /would never start a run/],
  [{ repeat: 'interval', every: '30s' }, ['every'], /at least 1m/],
  [{ repeat: 'interval', every: '0m' }, ['every'], /at least 1m/],
  [{ repeat: 'interval', every: '1d', hours: '09:00-10:00' }, ['hours'], /would never start a run/],
  [{ repeat: 'interval', hours: '9-17' }, ['hours'], /09:00-17:00/],
  [{ repeat: 'interval', from: 'tomorrow' }, ['from'], /with an offset/],
  [{ repeat: 'interval', from: '2026-13-30T09:00Z' }, ['from'], /no date/],
  [{ repeat: 'interval', from: '2026-02-30T09:00Z' }, ['from'], /no date/],
  [{ zone: 'Mars/Olympus' }, ['zone'], /knows no time zone/],
  [{ zone: '+02:00' }, ['zone'], /Europe\/Berlin/],
  [{ catchUpWindow: '8d' }, ['catchUpWindow'], /at most 7d/],
])('%j is refused at %j', (params, path, message) => {
  const checked = checkSchedule(params, Date.parse('2026-11-30T00:00Z'))
  expect(checked).toEqual({ times: null, issues: [{ path, message: expect.stringMatching(message) }] })
})

test('faults of several fields are listed together', () => {
  const { issues } = checkSchedule({ cron: '61 * * * *', zone: 'Mars/Olympus' }, 0)
  expect(issues.map(({ path }) => path)).toEqual([['cron'], ['zone']])
})

// The editor and the server check expressions before the library, which must be able to read what they accept.
test.each([
  '*/59 */23 */31 */12 */7',
  '00-59/59,7 0-23/23,0,5-5 L,1-31/31 JAN-DEC/12,jan 0-7,SAT-SUN,SUN-SUN',
  '0 9 * * FRI#2,mon#L,0#5,7#1',
  ' 0  9 1 * MON-SUN/2 ',
])('an expression without a fault can be read: %s', (cron) => {
  expect(checkSchedule({ cron }, Date.parse('2026-11-30T00:00Z')).issues).toEqual([])
})

test('an interval with days or hours has the times that trying each of its steps finds, also when clocks change', () => {
  const changes = [
    '2026-03-28T12:00Z',
    '2026-10-24T12:00Z',
    '2026-11-27T22:00Z',
    '2026-04-04T00:00Z',
    '2026-03-07T10:00Z',
  ]
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu']
  const rules = [
    { every: '7m', days: 'weekdays', hours: '02:30-02:45' },
    { every: '13m', days: 'weekdays', hours: '22:15-03:10' },
    { every: '50m', days: 'all', hours: '01:00-03:00' },
    { every: '5h', days: 'weekdays' },
  ] as const
  for (const zone of zones) {
    const clock = createZoneClock(zone)
    for (const rule of rules) {
      const params = scheduleParams.parse({ repeat: 'interval', ...rule, zone })
      const { next } = createScheduleTimes(params)
      const [begin = '00:00', end = '24:00'] = params.hours?.split('-') ?? []
      const isOpen = (at: number) => {
        const { time, weekday } = clock.localOf(at)
        const isIn = begin < end ? time >= begin && time < end : time >= begin || time < end
        return isIn && (params.days === 'all' || (weekday > 0 && weekday < 6))
      }
      const stepMs = durationToMs(rule.every)
      for (const change of changes) {
        const from = Date.parse(change)
        const tried: number[] = []
        const first = Math.ceil(from / stepMs) * stepMs
        for (let at = first; at < from + 3 * 86_400_000; at += stepMs) if (isOpen(at)) tried.push(at)
        const found: number[] = []
        for (let at = next(from - 1); at !== null && at < from + 3 * 86_400_000; at = next(at)) found.push(at)
        expect(found, `${zone} ${JSON.stringify(rule)} ${change}`).toEqual(tried)
      }
    }
  }
})

test('a year of one minute a day is planned, and fifty of its times are shown, in a moment', () => {
  const rule = { repeat: 'interval', every: '1m', hours: '09:00-09:01', zone: 'Europe/Berlin' } as const
  const times = createScheduleTimes(scheduleParams.parse(rule))
  const localOf = vi.spyOn(times.clock, 'localOf')
  let at: number | null = Date.parse('2026-01-01T00:00Z')
  for (let count = 0; count < 365 && at !== null; count += 1) at = times.next(at)
  expect(new Date(at ?? 0).toISOString()).toBe('2026-12-31T08:00:00.000Z')
  // Days on which clocks change are tried minute by minute.
  expect(localOf.mock.calls.length).toBeLessThan(365 * 7 + 2 * 3 * 1_440)
})
