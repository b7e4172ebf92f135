import { describe, expect, test } from 'vitest'
import type { Json } from '../../json.ts'
import { outcomeOfExpression, valueIn } from '../testing/orders.ts'

describe('date functions', () => {
  test.each<[string, Json]>([
    ['date(0)', '1970-01-01T00:00:00.000Z'],
    ['date("2026-01-31")', '2026-01-31T00:00:00.000Z'],
    ['date("2026-01-31T23:30:15.250-01:00")', '2026-02-01T00:30:15.250Z'],
    ['date("0050-01-01")', '0050-01-01T00:00:00.000Z'],
    ['date("2024-02-29")', '2024-02-29T00:00:00.000Z'],
    ['timestamp(now())', Date.parse('2026-01-31T10:00:00Z')],
    ['addTime("2026-01-31", 90, "minutes")', '2026-01-31T01:30:00.000Z'],
    ['addTime("2026-03-31T05:00Z", -1, "month")', '2026-02-28T05:00:00.000Z'],
    ['addTime("2024-02-29", 1, "year")', '2025-02-28T00:00:00.000Z'],
    ['addTime("1969-12-31T23:59:59.999Z", 1, "month")', '1970-01-31T23:59:59.999Z'],
    ['addTime("2026-12-15", 2, "months")', '2027-02-15T00:00:00.000Z'],
    ['timeBetween("2026-01-31", "2026-02-28", "months")', 1],
    ['timeBetween("2026-01-30", "2026-02-27", "months")', 0],
    ['timeBetween("2026-03-01", "2026-01-01", "days")', -59],
    ['timeBetween("2024-02-29", "2025-02-28", "years")', 1],
    ['timeBetween("2026-01-01", "2026-01-01", "years")', 0],
    ['timeBetween(0, 999, "seconds")', 0],
    ['startOf("2026-01-31T10:30:15.250Z", "hour")', '2026-01-31T10:00:00.000Z'],
    ['startOf("2026-01-31", "week")', '2026-01-26T00:00:00.000Z'],
    ['startOf("2026-01-26", "weeks")', '2026-01-26T00:00:00.000Z'],
    ['startOf("2026-01-31", "year")', '2026-01-01T00:00:00.000Z'],
    ['startOf("1969-12-31T10:00Z", "day")', '1969-12-31T00:00:00.000Z'],
    ['datePart("2026-02-01", "weekday")', 7],
    [
      '[datePart("2026-02-03T04:05:06.007Z", "year"), datePart("2026-02-03", "month"), datePart("2026-02-03", "day")]',
      [2026, 2, 3],
    ],
    [
      '[datePart("2026-02-03T04:05:06.007Z", "hour"), datePart("2026-02-03T04:05:06.007Z", "minute"), datePart("2026-02-03T04:05:06.007Z", "second"), datePart("2026-02-03T04:05:06.007Z", "millisecond")]',
      [4, 5, 6, 7],
    ],
    [
      'formatDate("2026-02-03T14:05:06.007Z", "yyyy yy MMMM MMM MM M dd d EEEE EEE")',
      '2026 26 February Feb 02 2 03 3 Tuesday Tue',
    ],
    ['formatDate("2026-02-03T14:05:06.007Z", "HH H hh h mm m ss s SSS a")', '14 14 02 2 05 5 06 6 007 PM'],
    ['formatDate("2026-02-03T00:00Z", "h a")', '12 AM'],
    [`formatDate("2026-02-03", "'day' d''d")`, "day 3'3"],
    [`formatDate("2026-02-03", "d'")`, "3'"],
    ['formatDate(0, "")', ''],
    ['formatDate("2026-01-31T23:30Z", "d MMM HH:mm xxx xx XXX XX", "+05:45")', '1 Feb 05:15 +05:45 +0545 +05:45 +0545'],
    ['formatDate("2026-01-31T23:30Z", "d HH:mm xxx xx XXX XX")', '31 23:30 +00:00 +0000 Z Z'],
    ['formatDate("2026-01-31T00:30Z", "d HH:mm XXX", "-0330")', '30 21:00 -03:30'],
    ['formatDate("2026-01-31T00:30Z", "HH:mm", "Z")', '00:30'],
    ['date("2026-01-31T12:00:00+0000")', '2026-01-31T12:00:00.000Z'],
    ['date("2026-01-31T12:00:00.5+0530")', '2026-01-31T06:30:00.500Z'],
    ['date("2026-01-31T12:00-08")', '2026-01-31T20:00:00.000Z'],
    ['date("2026-01-31T12:00:00+0000", "yyyy-MM-dd\'T\'HH:mm:ssxx")', '2026-01-31T12:00:00.000Z'],
    ['date("Mon, 02 Feb 2026 03:04:05 -0800", "EEE, dd MMM yyyy HH:mm:ss xx")', '2026-02-02T11:04:05.000Z'],
    ['date("2 Feb 2026 03:04 +0000", "d MMM yyyy HH:mm xx")', '2026-02-02T03:04:00.000Z'],
    ['date("Mon, 02 Feb 2026 03:04:05 GMT", "EEE, dd MMM yyyy HH:mm:ss \'GMT\'")', '2026-02-02T03:04:05.000Z'],
    ['date("31.01.2026", "dd.MM.yyyy")', '2026-01-31T00:00:00.000Z'],
    ['date("1/31/26 3:07 PM", "M/d/yy h:mm a")', '2026-01-31T15:07:00.000Z'],
    ['date("31 January 2026", "d MMMM yyyy")', '2026-01-31T00:00:00.000Z'],
    ['date("12:30", "HH:mm")', '2026-01-31T12:30:00.000Z'],
    ['date("2026-07-01 12:00:00.250", "yyyy-MM-dd HH:mm:ss.SSS")', '2026-07-01T12:00:00.250Z'],
    ['date("2026-03-29T02:30", "yyyy-MM-dd\'T\'HH:mm")', '2026-03-29T02:30:00.000Z'],
  ])('%s', (expression, expected) => {
    expect(valueIn(expression)).toEqual(expected)
  })

  test.each([
    'date("2026-02-30")',
    'date("2026-13-01")',
    'date("2026-01-31T10:00")',
    'date("2026-01-31 10:00Z")',
    'date("2026-01-31T24:00Z")',
    'date("31.01.2026")',
    'date("+012026-01-01")',
    'date("")',
    'date(0.5)',
    'date(9007199254740991)',
    'date("9999-12-31T23:00-05:00")',
    'addTime("9999-01-01", 1, "year")',
    'addTime("2026-01-01", 9007199254740991, "month")',
    'addTime("2026-01-01", 0.5, "days")',
    'startOf("0000-01-01", "week")',
    'formatDate("2026-01-01", "QQ")',
    'formatDate("2026-01-01", "HH", "Europe/Berlin")',
    'formatDate("2026-01-01", "HH", "+24:00")',
    'formatDate("2026-01-01", "HH", "+01:60")',
    'formatDate("9999-12-31", "HH", "+23:59") + formatDate("9999-12-31T23:00Z", "HH", "+02:00")',
    'date("2026-01-31T12:00+1:00")',
    'date("31.02.2026", "dd.MM.yyyy")',
    'date("31.01.2026x", "dd.MM.yyyy")',
    'date("2026-01-31", "")',
    'date("12:00 PST", "HH:mm zzz")',
    'date("Sun, 02 Feb 2026 03:04:05 PST", "EEE, dd MMM yyyy HH:mm:ss xx")',
    'date("2026-01-31", "QQ")',
    'date("2026-01-31", "yyyy-MM-dd PPpp")',
  ])('%s is a fault', (expression) => {
    expect(outcomeOfExpression(expression)).toMatch(/^EXPRESSION_VALUE /)
  })

  test('a number is read by no pattern', () => {
    expect(outcomeOfExpression('date(0, "yyyy")')).toBe('EXPRESSION_TYPE date reads a text by a pattern, not a number')
  })
})
