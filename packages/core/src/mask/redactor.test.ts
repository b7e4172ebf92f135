import { describe, expect, test } from 'vitest'
import { createRedactor, MASK } from './index.ts'

describe('createRedactor', () => {
  const secret = 'pä"ss/wörd+1'
  const { text, json } = createRedactor([secret, 'short', `${secret}-longer`])
  const base64 = Buffer.from(secret).toString('base64')

  test.each([
    ['as it is', secret],
    ['in a URL', encodeURIComponent(secret)],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in Base64', base64],
    ['in URL-safe Base64', Buffer.from(secret).toString('base64url')],
  ])('replaces a secret %s', (_title, form) => {
    expect(text(`before ${form} after`)).toBe(`before ${MASK} after`)
  })

  test('replaces a longer secret as a whole, and every line of a key', () => {
    expect(text(`${secret}-longer`)).toBe(MASK)
    const key = createRedactor(['line-one-of-the-key\nline-two-of-the-key\nend'])
    expect(key.text('got line-two-of-the-key')).toBe(`got ${MASK}`)
  })

  test('replaces a secret with and without the spaces around it', () => {
    const spaced = createRedactor(['  canary-of-acme\n', '  five5  '])
    for (const form of ['  canary-of-acme\n', 'canary-of-acme', btoa('canary-of-acme')]) {
      expect(spaced.text(`<${form}>`)).toBe(`<${MASK}>`)
    }
    expect(spaced.text('five5')).toBe('five5')
  })

  test('replaces a secret that was escaped for a form, a page or JSON, in capitals or not', () => {
    const escaped = "pass!w(o)rd'~ 1/<ä>"
    const url = new URL('https://api.example.com/')
    url.searchParams.set('key', escaped)
    const redactor = createRedactor([escaped])
    const page = 'pass!w(o)rd&#39;~ 1/&lt;&#xE4;&gt;'
    const json = String.raw`pass!w(o)rd'~ 1\/\u003C\u00e4>`
    const lower = encodeURIComponent(escaped).replaceAll(/%../g, (code) => code.toLowerCase())
    const hex = Buffer.from(escaped).toString('hex')
    for (const form of [url.search.slice(5), lower, page, json, hex, hex.toUpperCase()]) {
      expect(redactor.text(`<${form}>`)).toBe(`<${MASK}>`)
    }
  })

  test.each([0, 1, 2, 3, 4])('replaces a secret within a longer text in Base64, after %i other bytes', (before) => {
    for (const value of ['canary-of-acme', 'canary-of-acme1', 'canary??>>-of-acme']) {
      const bytes = Buffer.from(`${'x'.repeat(before)}${value} and more`)
      for (const form of ['base64', 'base64url'] as const) {
        const shown = createRedactor([value]).text(bytes.toString(form))
        const left = shown.split(MASK).map((part) => Buffer.from(part, form).toString())
        expect([left.length, left.join()]).toEqual([2, expect.not.stringMatching(/cana|acme/)])
      }
    }
  })

  test('replaces a secret that is cut at an end of a text, but not a word that only begins like it', () => {
    const { text: excerpt } = createRedactor(['canary-of-acme', 'Bearer canary-of-acme'], { minCutLength: 6 })
    for (const [given, shown] of [
      ['got canary-of-acm', `got ${MASK}`],
      ['got canary…', `got ${MASK}…`],
      ['got canary...', `got ${MASK}...`],
      ['of-acme was refused', `${MASK} was refused`],
      ['got canar', 'got canar'],
      ['canary islands', 'canary islands'],
      ['send it as Bearer', 'send it as Bearer'],
      ['canary-of-acme', MASK],
    ] as const) {
      expect(excerpt(given)).toBe(shown)
    }
    expect(createRedactor(['a/b+c=d e']).text('got a%2Fb%2bc%3Dd%2')).toBe(`got ${MASK}`)
    expect(createRedactor(['canary-of-acme']).json({ canary: 'canary', cut: 'canary-of' })).toEqual({
      canary: 'canary',
      cut: MASK,
    })
  })

  test('finds where a text that goes on later may begin a secret', () => {
    const redactor = createRedactor(['canary-of-acme'])
    expect(['got can', 'got', 'canary-of-acm!', 'canary-of-acme', ''].map(redactor.openAt)).toEqual([4, 3, 14, 14, 0])
    const none = createRedactor([])
    expect([none.openAt('any'), none.whole('any text'), none.text('any text')]).toEqual([3, 'any text', 'any text'])
    expect(redactor.whole('canary-of canary-of-acme')).toBe(`canary-of ${MASK}`)
  })

  test('replaces numbers', () => {
    const redactor = createRedactor(['0123456789'])
    const value = { other: 12, list: [true, null] }
    expect(redactor.json({ a: 123456789, b: [20123456789], value })).toEqual({ a: MASK, b: [MASK], value })
    expect(redactor.json(value)).toBe(value)
  })

  test('reaches keys and values at any depth', () => {
    expect(json({ [secret]: [{ a: secret }, 1, null, true] })).toEqual({ [MASK]: [{ a: MASK }, 1, null, true] })
  })

  test('leaves short values, and values without a secret', () => {
    expect(text('a short text')).toBe('a short text')
    const value = { a: 1 }
    expect(createRedactor(['short']).json(value)).toBe(value)
    expect([createRedactor(['short']).isEmpty, createRedactor([secret]).isEmpty]).toEqual([true, false])
    expect(createRedactor(['half a surrogate \ud800']).text('half a sur')).toBe(MASK)
    expect(createRedactor(['half a surrogate \ud800']).text('half')).toBe('half')
  })
})
