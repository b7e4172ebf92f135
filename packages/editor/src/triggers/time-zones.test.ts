import { expect, test } from 'vitest'
import { findTimeZones, isTimeZone, listTimeZones } from './time-zones.ts'

const zones = listTimeZones()
const find = (query: string) => findTimeZones(zones, query).map(({ name }) => name)

test('zones have their current names', () => {
  const names = find('')
  expect(names[0]).toBe('UTC')
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining(['Asia/Kolkata', 'Europe/Kyiv', 'Asia/Ho_Chi_Minh', 'America/Nuuk']))
  expect(names).not.toContain('Asia/Calcutta')
})

test.each([
  ['kolkata', ['Asia/Kolkata']],
  ['calcutta', ['Asia/Kolkata']],
  // A whole word comes before the beginning of another one.
  ['india', ['Asia/Kolkata', 'America/Indiana/Knox']],
  ['ist', ['Asia/Kolkata']],
  ['CET', ['Europe/Berlin', 'Europe/Paris']],
  ['cest', ['Europe/Berlin']],
  ['gmt', ['Europe/London', 'Africa/Abidjan']],
  ['greenwich', ['Europe/London']],
  ['PST', ['America/Los_Angeles']],
  ['new york', ['America/New_York']],
  ['america/new_york', ['America/New_York']],
  ['central european', ['Europe/Berlin']],
])('"%s" finds %j', (query, expected) => {
  expect(find(query)).toEqual(expect.arrayContaining(expected))
})

test('"india" offers Asia/Kolkata first, and a name that no zone has finds none', () => {
  expect(find('india')[0]).toBe('Asia/Kolkata')
  expect(find('olympus')).toEqual([])
  expect([isTimeZone('Mars/Olympus'), isTimeZone(''), isTimeZone('Asia/Kolkata')]).toEqual([false, false, true])
})
