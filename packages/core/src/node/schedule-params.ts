import { z } from 'zod'

/** Ways in which the times of a schedule are written. */
export const SCHEDULE_REPEATS = ['cron', 'interval'] as const

/**
 * Decisions about a time at which the run of an earlier time is still in progress: start another one, skip the time, keep
 * one time until the run has ended, cancel the run and start another one.
 */
export const OVERLAP_POLICIES = ['allow', 'skip', 'queue', 'cancel'] as const
/** One of {@link OVERLAP_POLICIES}. */
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number]

/** Decisions about times at which no server was running: start no run, one for the last of them, one for each. */
export const CATCH_UP_POLICIES = ['none', 'last', 'all'] as const
/** One of {@link CATCH_UP_POLICIES}. */
export type CatchUpPolicy = (typeof CATCH_UP_POLICIES)[number]

/** Units of its durations. */
const UNITS = ['m', 'h', 'd']

/** At least a minute, at most 999 days. */
const INTERVAL = /^([1-9][0-9]{0,3}m|[1-9][0-9]{0,2}[hd])$/
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$/
const HOURS = /^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/
/** At most a week, which bounds the number of times that are caught up. */
const WINDOW = /^([1-9][0-9]{0,3}m|([1-9][0-9]?|1[0-5][0-9]|16[0-8])h|[1-7]d)$/
/** A name, and no offset: an offset knows no summer time. */
const ZONE = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/

const ofCron = { param: 'repeat', in: ['cron'] }
const ofInterval = { param: 'repeat', in: ['interval'] }

/** Params of a node type with `trigger: 'schedule'`, which the server reads; a type of the host extends them. */
export const scheduleParams = z.object({
  repeat: z
    .enum(SCHEDULE_REPEATS)
    .default('cron')
    .meta({
      title: 'Repeat',
      control: 'select',
      titles: { cron: 'At times of the clock', interval: 'At an interval' },
      literal: true,
    }),
  cron: z.string().max(200).regex(/\S/, 'Write a cron expression, such as 0 9 * * 1-5').default('0 9 * * 1-5').meta({
    title: 'Cron expression',
    description: 'Minute, hour, day of the month, month, day of the week.',
    control: 'text',
    literal: true,
    placeholder: '0 9 * * 1-5',
    dependsOn: ofCron,
  }),
  every: z
    .string()
    .regex(INTERVAL, 'Write a number and m, h or d, at least 1m: 15m')
    .default('1h')
    .meta({ title: 'Every', control: 'duration', units: UNITS, literal: true, dependsOn: ofInterval }),
  from: z
    .string()
    .regex(INSTANT, 'Write a date and a time with an offset, such as 2026-11-30T09:00+01:00')
    .optional()
    .meta({
      title: 'Counted from',
      description: 'A time from which the intervals are counted, with its offset. A day has 24 hours here.',
      control: 'text',
      literal: true,
      placeholder: '1970-01-01T00:00Z',
      dependsOn: ofInterval,
    }),
  days: z
    .enum(['all', 'weekdays'])
    .default('all')
    .meta({
      title: 'Days',
      control: 'select',
      titles: { all: 'Every day', weekdays: 'Monday to Friday' },
      literal: true,
      dependsOn: ofInterval,
    }),
  hours: z.string().regex(HOURS, 'Write two times of a day, such as 09:00-17:00').optional().meta({
    title: 'Hours',
    description: 'Times outside of these hours are left out. The end is not included.',
    control: 'text',
    literal: true,
    placeholder: '00:00-24:00',
    dependsOn: ofInterval,
  }),
  zone: z
    .string()
    .max(64)
    .regex(ZONE, 'Write the name of a time zone, such as Europe/Berlin')
    .default('UTC')
    .meta({ title: 'Time zone', control: 'time-zone', literal: true, placeholder: 'Europe/Berlin' }),
  overlap: z
    .enum(OVERLAP_POLICIES)
    .default('skip')
    .meta({
      title: 'If the run before is in progress',
      control: 'select',
      titles: {
        allow: 'Start another run',
        skip: 'Skip the time',
        queue: 'Wait for its end, one time at most',
        cancel: 'Cancel it and start another run',
      },
      literal: true,
    }),
  catchUp: z
    .enum(CATCH_UP_POLICIES)
    .default('last')
    .meta({
      title: 'Times missed while the server was down',
      control: 'select',
      titles: { none: 'Start no run', last: 'Start a run for the last one', all: 'Start a run for each' },
      literal: true,
    }),
  catchUpWindow: z
    .string()
    .regex(WINDOW, 'Write a number and m, h or d, at most 7d: 1d')
    .default('1d')
    .meta({
      title: 'Oldest missed time',
      description: 'Times that were missed longer ago start no run. At most 7 days.',
      control: 'duration',
      units: UNITS,
      literal: true,
      dependsOn: { param: 'catchUp', in: ['last', 'all'] },
    }),
})

/** Checked params of a schedule. */
export type ScheduleParams = z.output<typeof scheduleParams>
