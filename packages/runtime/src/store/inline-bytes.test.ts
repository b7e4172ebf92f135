import { expect, test } from 'vitest'
import { inlineBytes } from './inline-bytes.ts'

const base = inlineBytes(null)

test.each([
  ['nothing', undefined, 0],
  ['a number', { attempt: 1, at: null }, 0],
  ['a text', { message: 'x'.repeat(100) }, 100],
  ['a small value', { output: { hash: 'h', size: 2_000, inline: {} } }, 2_000],
  ['a large value, which lies elsewhere', { output: { hash: 'h', size: 2_000_000 } }, 0],
])('counts %s', (_, data, bytes) => {
  expect(inlineBytes(data) - base).toBe(bytes)
})
