import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { durationParam } from '../shared/params.ts'
import { WEEKDAYS } from './business-hours.ts'

const ZONED = { offset: true, local: false }
/** Date, time and zone, with valid days of the calendar; seconds are optional. */
const INSTANT = new RegExp(
  [z.core.regexes.datetime(ZONED), z.core.regexes.datetime({ ...ZONED, precision: -1 })]
    .map(({ source }) => source)
    .join('|'),
)

const IN_BUSINESS_HOURS = { param: 'mode', in: ['businessHours'] }

function timeOfDay(otherwise: string) {
  return z
    .string()
    .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'Write hours and minutes: 09:00')
    .default(otherwise)
}

/** Waits for a duration, until an instant, or until the next business hours, without occupying a worker. */
export const delay = defineNode({
  type: 'delay',
  version: 1,
  title: 'Delay',
  description: 'Wait before continuing',
  icon: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2',
  category: 'flow',
  control: 'delay',
  inline: true,
  params: z.object({
    mode: z
      .enum(['duration', 'until', 'businessHours'])
      .default('duration')
      .meta({ title: 'Wait', control: 'select', literal: true }),
    duration: durationParam.optional().meta({
      title: 'For',
      description: 'How long the run waits.',
      control: 'duration',
      placeholder: '30s',
      dependsOn: { param: 'mode', in: ['duration'] },
    }),
    until: z
      .string()
      .regex(INSTANT, 'Write date, time and zone: 2030-01-31T09:00:00Z')
      .optional()
      .meta({
        title: 'Until',
        description: 'Date and time with a time zone. The run does not wait for a time in the past.',
        control: 'text',
        placeholder: '2030-01-31T09:00:00Z',
        dependsOn: { param: 'mode', in: ['until'] },
      }),
    zone: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/, 'Enter the name of a time zone: Europe/Berlin')
      .default('UTC')
      .meta({
        title: 'Time zone',
        description: 'Name of the zone whose clock counts, such as Europe/Berlin.',
        control: 'text',
        placeholder: 'UTC',
        dependsOn: IN_BUSINESS_HOURS,
      }),
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .max(7)
      .default(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'])
      .meta({ title: 'Days', control: 'list', uniqueItems: true, dependsOn: IN_BUSINESS_HOURS }),
    from: timeOfDay('09:00').meta({
      title: 'From',
      description: 'The run does not wait if it arrives within the hours.',
      control: 'text',
      placeholder: '09:00',
      dependsOn: IN_BUSINESS_HOURS,
    }),
    to: timeOfDay('17:00').meta({ title: 'To', control: 'text', placeholder: '17:00', dependsOn: IN_BUSINESS_HOURS }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({ waited_until: z.string() }) },
  summary: 'Waits {duration}{until}',
  effect: 'none',
  lint: [
    {
      code: 'DELAY_WITHOUT_DURATION',
      severity: 'error',
      when: '(params?.mode ?? "duration") == "duration" && (params?.duration ?? "") == ""',
      message: 'Set how long to wait',
      field: 'duration',
    },
    {
      code: 'DELAY_WITHOUT_INSTANT',
      severity: 'error',
      when: '(params?.mode ?? "duration") == "until" && (params?.until ?? "") == ""',
      message: 'Set the time to wait until',
      field: 'until',
    },
    {
      code: 'DELAY_HOURS_EMPTY',
      severity: 'error',
      when: 'params?.mode == "businessHours" && (params?.from ?? "09:00") >= (params?.to ?? "17:00")',
      message: 'The hours must end later than they begin',
      field: 'to',
    },
  ],
})
