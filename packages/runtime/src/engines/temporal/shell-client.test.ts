import { describe, expect, test } from 'vitest'
import { fairnessKeyOf } from './shell-client.ts'

describe('fairnessKeyOf', () => {
  test('is the tenant id up to 64 bytes, and its hash above', () => {
    expect(fairnessKeyOf('acme')).toBe('acme')
    expect(fairnessKeyOf('a'.repeat(64))).toBe('a'.repeat(64))
    expect(fairnessKeyOf('a'.repeat(65))).toMatch(/^[0-9a-f]{64}$/)
    // 33 characters, 66 bytes.
    expect(fairnessKeyOf('ä'.repeat(33))).toMatch(/^[0-9a-f]{64}$/)
  })
})
