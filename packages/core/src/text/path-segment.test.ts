import { expect, test } from 'vitest'
import { encodePathSegment } from './path-segment.ts'

test.each([
  ['a', 'a'],
  ['../b', '..%2Fb'],
  ['%2e%2e', '%252e%252e'],
  ['a?b#c', 'a%3Fb%23c'],
  ['...', '...'],
  ['ü 😀', '%C3%BC%20%F0%9F%98%80'],
])('%j is %j, and stays a segment', (value, encoded) => {
  expect(encodePathSegment(value)).toBe(encoded)
  expect(new URL(`https://a.example/x/${encoded}/y`).pathname).toBe(`/x/${encoded}/y`)
})

test.each(['', '.', '..', '\ud800'])('%j is refused', (value) => {
  expect(() => encodePathSegment(value)).toThrow(expect.objectContaining({ code: 'TEMPLATE_VALUE_INVALID' }))
})
