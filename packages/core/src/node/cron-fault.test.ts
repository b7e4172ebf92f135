import { expect, test } from 'vitest'
import { cronFault } from './cron-fault.ts'

test.each([
  '0 9 * * 1-5',
  ' */5  *\t* * * ',
  '0-30/5,45 0,12 L 1-6/2 *',
  '00 09 1,L JAN-mar,DEC MON-SUN',
  '0 9 * * SUN-TUE,SAT',
  '0 9 * * fri#2,MON#L',
  '0 0 30 2 7',
])('reads %j', (cron) => {
  expect(cronFault(cron)).toBeNull()
})

test.each([
  ['', 'Write five fields: minute, hour, day of the month, month, day of the week (it has 0)'],
  ['0 0 9 * * *', 'Write five fields: minute, hour, day of the month, month, day of the week (it has 6)'],
  ['@daily', 'Write five fields: minute, hour, day of the month, month, day of the week (it has 1)'],
  ['61 * * * *', 'Minute: 61 is not between 0 and 59'],
  ['0 0-24 * * *', 'Hour: 24 is not between 0 and 23'],
  ['0 9 0 * *', 'Day of the month: 0 is not between 1 and 31'],
  ['0 9 15W * *', 'Day of the month: "15W" cannot be read'],
  ['0 9 L-3 * *', 'Day of the month: "L" cannot be read'],
  ['0 9 * JUNE *', 'Month: "JUNE" cannot be read'],
  ['0 9 * DEC-FEB *', 'Month: the range DEC-FEB ends before it begins: write DEC-DEC,JAN-FEB'],
  ['0 22-5 * * *', 'Hour: the range 22-5 ends before it begins: write 22-23,0-5'],
  ['0 9 * * FRI-MON', 'Day of the week: the range FRI-MON ends before it begins: write FRI-SAT,SUN-MON'],
  ['0 9 * * 6-0', 'Day of the week: the range 6-0 ends before it begins: write 6-6,0-0'],
  ['0 9 * * FRI#6', 'Day of the week: "FRI#6" cannot be read'],
  ['0 9 * * X#1', 'Day of the week: "X" cannot be read'],
  ['0 9 1#2 * *', 'Day of the month: "1#2" cannot be read'],
  ['5/15 * * * *', 'Minute: write a range before the "/", such as 5-59/15'],
  ['*-5 * * * *', 'Minute: "*-5" cannot be read'],
  ['*/0 * * * *', 'Minute: "0" after "/" is not a number between 1 and 59'],
  ['0 */x * * *', 'Hour: "x" after "/" is not a number between 1 and 23'],
  ['1,,2 * * * *', 'Minute: remove the comma that no value follows'],
  ['? * * * *', 'Minute: "?" cannot be read'],
])('says what is wrong with %j', (cron, fault) => {
  expect(cronFault(cron)).toBe(fault)
})
