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

  test('a # outside of a plural is a plain sign', () => {
    expect(formatMessage('Run #1')).toBe('Run #1')
  })
})
