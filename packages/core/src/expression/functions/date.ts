import type { FunctionParameter, FunctionSignature } from './signature.ts'

/** Units of time of `addTime`, `timeBetween` and `startOf`. */
const TIME_UNITS = [
  ...['milliseconds', 'seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'years'],
  ...['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'year'],
] as const

export const DATE_PARTS = ['year', 'month', 'day', 'weekday', 'hour', 'minute', 'second', 'millisecond'] as const

const date: FunctionParameter = { name: 'date', type: ['text', 'number'] }
const unit: FunctionParameter = { name: 'unit', type: 'text', values: TIME_UNITS }

/**
 * Functions over instants, all in UTC. A date is ISO 8601 text (`2026-01-31`, `2026-01-31T10:00:00Z`,
 * with any offset) or milliseconds since 1970; results are ISO texts with milliseconds.
 */
export const DATE_FUNCTIONS: readonly FunctionSignature[] = [
  {
    name: 'now',
    family: 'date',
    parameters: [],
    returns: 'text',
    help: 'The instant at which the node was scheduled; the same in every evaluation.',
    example: { expression: 'now()', value: '2026-01-31T10:00:00.000Z' },
    impure: true,
  },
  {
    name: 'date',
    family: 'date',
    parameters: [date, { name: 'pattern', type: 'text', optional: true }],
    returns: 'text',
    help: 'The date as ISO 8601 text in UTC; a text in another format is read with a pattern like those of formatDate.',
    example: {
      expression: 'date("Sat, 31 Jan 2026 12:00:00 +0200", "EEE, d MMM yyyy HH:mm:ss xx")',
      value: '2026-01-31T10:00:00.000Z',
    },
  },
  {
    name: 'timestamp',
    family: 'date',
    parameters: [date],
    returns: 'number',
    help: 'Milliseconds from 1970 to the date.',
    example: { expression: 'timestamp("1970-01-02")', value: 86_400_000 },
  },
  {
    name: 'addTime',
    family: 'date',
    parameters: [date, { name: 'amount', type: 'number' }, unit],
    returns: 'text',
    help: 'The date moved by a whole amount of time, back if negative; a day beyond the end of a month becomes its last day.',
    example: { expression: 'addTime("2026-01-31", 1, "month")', value: '2026-02-28T00:00:00.000Z' },
  },
  {
    name: 'timeBetween',
    family: 'date',
    parameters: [{ ...date, name: 'from' }, { ...date, name: 'to' }, unit],
    returns: 'number',
    help: 'Whole units of time from one date to another, negative if it is earlier.',
    example: { expression: 'timeBetween("2026-01-01", "2026-03-01", "days")', value: 59 },
  },
  {
    name: 'startOf',
    family: 'date',
    parameters: [date, unit],
    returns: 'text',
    help: 'The first instant of the day, week (Monday), month, … that contains the date.',
    example: { expression: 'startOf("2026-01-31T10:30Z", "month")', value: '2026-01-01T00:00:00.000Z' },
  },
  {
    name: 'datePart',
    family: 'date',
    parameters: [date, { name: 'part', type: 'text', values: DATE_PARTS }],
    returns: 'number',
    help: 'One part of the date in UTC; weekday is 1 for Monday to 7 for Sunday.',
    example: { expression: 'datePart("2026-01-31", "weekday")', value: 6 },
  },
  {
    name: 'formatDate',
    family: 'date',
    parameters: [date, { name: 'pattern', type: 'text' }, { name: 'offset', type: 'text', optional: true }],
    returns: 'text',
    help: "The date by a pattern of yyyy, MM, MMM, dd, EEE, HH, mm, ss, SSS, xxx; 'quotes' keep letters. UTC, or the offset.",
    example: {
      expression: 'formatDate("2026-01-31T10:00Z", "EEE d MMM yyyy, HH:mm")',
      value: 'Sat 31 Jan 2026, 10:00',
    },
  },
]
