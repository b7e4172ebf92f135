import { describe, expect, test } from 'vitest'
import { TenonError } from '../errors/tenon-error.ts'
import { checkOptions, objectOf } from './check-options.ts'
import {
  aFunction,
  amount,
  anObjectWith,
  atLeastOne,
  flag,
  httpUrl,
  integerFrom,
  listOf,
  msUpTo,
  type OptionCheck,
  optional,
  text,
  timerMs,
} from './option-checks.ts'

function refusalOf(check: OptionCheck, value: unknown): string | null {
  try {
    checkOptions('createThing', { size: value }, { size: check })
  } catch (error) {
    if (!(error instanceof TenonError)) throw error
    expect(error).toMatchObject({ code: 'OPTIONS_INVALID', details: { issues: [{ code: 'invalid_option' }] } })
    expect(error.message).toBe(`createThing: ${error.remedy}`)
    return error.remedy
  }
  return null
}

describe('a check of an option', () => {
  const methods = anObjectWith(['open', 'close'], 'size must have open and close')
  test.each<[string, OptionCheck, unknown]>([
    ['text', text, 'x'],
    ['flag', flag, false],
    ['function', aFunction('size must be a function'), () => undefined],
    ['methods', methods, { open: () => undefined, close: () => undefined, more: 1 }],
    ['http', httpUrl, 'http://127.0.0.1:3000/path'],
    ['https', httpUrl, 'https://app.example'],
    ['shortest time', timerMs, 0.5],
    ['longest time', timerMs, 2_147_483_647],
    ['no time', msUpTo(), 0],
    ['a long time', msUpTo(31_536_000_000), 31_536_000_000],
    ['an integer', integerFrom(2), 2],
    ['no amount', amount, 0],
    ['any amount', amount, Number.POSITIVE_INFINITY],
    ['one', atLeastOne, 1],
    ['any number', atLeastOne, Number.POSITIVE_INFINITY],
    ['empty list', listOf(text, 'names'), []],
    ['list', listOf(text, 'names'), ['a', 'b']],
    ['left out', optional(text), undefined],
    ['object', objectOf({ a: optional(flag), b: text }), { b: 'x' }],
  ])('accepts a value that fits: %s', (_title, check, value) => {
    expect(refusalOf(check, value)).toBeNull()
  })

  test.each<[OptionCheck, unknown, string]>([
    [text, '', 'size must be a text that is not empty (got "")'],
    [text, 7, 'size must be a text that is not empty (got 7)'],
    [text, null, 'size must be a text that is not empty (got null)'],
    [text, ['a'], 'size must be a text that is not empty (got a list)'],
    [optional(text), { key: 'secret' }, 'size must be a text that is not empty (got a value of type object)'],
    [flag, 'yes', 'size must be true or false (got "yes")'],
    [aFunction('size must be a function'), {}, 'size must be a function'],
    [methods, { open: () => undefined }, 'size must have open and close'],
    [methods, null, 'size must have open and close'],
    [httpUrl, 'app.example', 'size must be an http or https URL such as "https://app.example" (got "app.example")'],
    [httpUrl, 'ftp://a', 'size must be an http or https URL such as "https://app.example" (got "ftp://a")'],
    [httpUrl, undefined, 'size must be an http or https URL such as "https://app.example" (got undefined)'],
    [timerMs, 0, 'size must be a number of milliseconds above 0, at most 2147483647 (got 0)'],
    [timerMs, 2_147_483_648, 'size must be a number of milliseconds above 0, at most 2147483647 (got 2147483648)'],
    [timerMs, '5s', 'size must be a number of milliseconds above 0, at most 2147483647 (got "5s")'],
    [msUpTo(), Number.POSITIVE_INFINITY, 'size must be a number of milliseconds from 0 to 2147483647 (got Infinity)'],
    [msUpTo(5), -1, 'size must be a number of milliseconds from 0 to 5 (got -1)'],
    [msUpTo(5), '1', 'size must be a number of milliseconds from 0 to 5 (got "1")'],
    [integerFrom(1), 0, 'size must be an integer of at least 1 (got 0)'],
    [integerFrom(1), Number.POSITIVE_INFINITY, 'size must be an integer of at least 1 (got Infinity)'],
    [integerFrom(1), 1.5, 'size must be an integer of at least 1 (got 1.5)'],
    [integerFrom(1), '1', 'size must be an integer of at least 1 (got "1")'],
    [amount, -1, 'size must be a number of at least 0, or Infinity (got -1)'],
    [amount, Number.NaN, 'size must be a number of at least 0, or Infinity (got NaN)'],
    [amount, '1', 'size must be a number of at least 0, or Infinity (got "1")'],
    [atLeastOne, 0, 'size must be an integer of at least 1, or Infinity (got 0)'],
    [atLeastOne, 1.5, 'size must be an integer of at least 1, or Infinity (got 1.5)'],
    [atLeastOne, true, 'size must be an integer of at least 1, or Infinity (got a value of type boolean)'],
    [listOf(text, 'names'), 'a', 'size must be a list of names (got "a")'],
    [listOf(text, 'names'), ['a', 7], 'size.1 must be a text that is not empty (got 7)'],
    [objectOf({ deep: flag }), 7, 'size must be an object (got 7)'],
    [objectOf({ deep: flag }), { deep: 1 }, 'size.deep must be true or false (got 1)'],
    [objectOf({ deep: flag }), { deep: true, dep: true }, 'size.dep is unknown: did you mean size.deep?'],
    [objectOf({ deep: flag }), { deep: Promise.resolve(true) }, 'size.deep is a promise: await it'],
    [text, Promise.resolve('x'), 'size is a promise: await it'],
  ])('refuses what does not fit, with the remedy (%#)', (check, value, remedy) => {
    expect(refusalOf(check, value)).toBe(remedy)
  })

  test('does not repeat a credential', () => {
    expect(refusalOf(httpUrl, 'ftp://ada:hunter2secret@app.example')).not.toContain('hunter2secret')
  })
})

describe('checkOptions', () => {
  const checks = { size: atLeastOne, label: optional(text) }

  test('reports all faults at once, each with its path', () => {
    const check = () => checkOptions('createThing', { label: '', colour: 'red', constructor: 1 }, checks)
    expect(check).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('colour is unknown: use one of size, label'),
        details: {
          issues: ['size', 'label', 'colour', 'constructor'].map((field) => expect.objectContaining({ path: [field] })),
        },
      }),
    )
  })

  test('treats undefined as options without fields', () => {
    expect(() => checkOptions('createThing', undefined, { size: atLeastOne })).toThrow('got undefined')
    expect(() => checkOptions('createThing', undefined, { label: optional(text) })).not.toThrow()
  })

  test.each<[unknown, string]>([
    [null, 'null'],
    ['size', 'string'],
    [7, 'number'],
  ])('refuses %j as options', (options, shown) => {
    const message = `createThing: the options must be an object (got ${shown})`
    expect(() => checkOptions('createThing', options, { label: optional(text) })).toThrow(message)
  })

  test('names a forgotten await of the options', () => {
    const forgotten = Promise.resolve({ size: 1 })
    expect(() => checkOptions('createThing', forgotten, checks)).toThrow('the options are a promise: await them')
  })
})
