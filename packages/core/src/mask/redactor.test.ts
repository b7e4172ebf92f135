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

  test('reaches keys and values at any depth', () => {
    expect(json({ [secret]: [{ a: secret }, 1, null, true] })).toEqual({ [MASK]: [{ a: MASK }, 1, null, true] })
  })

  test('leaves short values, and values without a secret', () => {
    expect(text('a short text')).toBe('a short text')
    const value = { a: 1 }
    expect(createRedactor(['short']).json(value)).toBe(value)
    expect([createRedactor(['short']).isEmpty, createRedactor([secret]).isEmpty]).toEqual([true, false])
    expect(createRedactor(['half a surrogate \ud800']).text('half a surrogate')).toBe('half a surrogate')
  })
})
