import { describe, expect, test } from 'vitest'
import { formatMessage } from './format.ts'

describe('formatMessage', () => {
  test('fills named placeholders and leaves unknown ones readable', () => {
    expect(formatMessage('{a} and {b}', { a: 'x' })).toBe('x and {b}')
  })

  test('chooses the plural form of the locale and puts the number in place of #', () => {
    const text = '{count, plural, =0 {No problems} one {# problem} other {# problems}} left'
    expect(formatMessage(text, { count: 0 })).toBe('No problems left')
    expect(formatMessage(text, { count: 1 })).toBe('1 problem left')
    expect(formatMessage(text, { count: 12 })).toBe('12 problems left')
  })

  test('fills placeholders inside a plural form', () => {
    expect(formatMessage('{n, plural, one {# of {all}} other {# of {all}!}}', { n: 2, all: 'ten' })).toBe('2 of ten!')
  })

  test('chooses the form of a value, with placeholders in it, and "other" for any other value', () => {
    const text = '{reason, select, null {{path} is empty} missing {{path} is missing} other {{message}}}'
    expect(formatMessage(text, { reason: 'missing', path: 'a.b' })).toBe('a.b is missing')
    expect(formatMessage(text, { reason: 'newer', path: 'a.b', message: 'm' })).toBe('m')
    expect(formatMessage(text, { message: 'm' })).toBe('m')
  })

  test('a # outside of a plural is a plain sign', () => {
    expect(formatMessage('Run #1')).toBe('Run #1')
  })
})
