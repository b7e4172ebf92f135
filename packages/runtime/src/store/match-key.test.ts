import { expect, test } from 'vitest'
import { matchKeyOf } from './match-key.ts'

test('ignores spaces around the name and the key of an event, and nothing else', () => {
  const keyOf = (name: string, key: string) => matchKeyOf({ kind: 'event', name, key })
  expect(keyOf(' paid\n', '\u00a0o 1 ')).toBe(keyOf('paid', 'o 1'))
  expect(new Set([keyOf('paid', 'o 1'), keyOf('paid', 'o1'), keyOf('Paid', 'o1'), keyOf('paido', '1')]).size).toBe(4)
})
