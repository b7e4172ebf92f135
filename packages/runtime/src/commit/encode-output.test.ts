import { MAX_INSTANT_MS } from '@tenon/core/document'
import { describe, expect, test } from 'vitest'
import { storeWait } from './encode-output.ts'

describe('storeWait', () => {
  test.each([0, 1_893_456_000_000, MAX_INSTANT_MS])('takes an instant that can be stored: %d', (dueAt) => {
    expect(storeWait({ kind: 'time', dueAt })).toEqual({ kind: 'time', dueAt })
  })

  test.each([-1, 0.5, MAX_INSTANT_MS + 1, 8_640_000_000_000_000_000])('refuses %d', (dueAt) => {
    expect(() => storeWait({ kind: 'time', dueAt })).toThrow(expect.objectContaining({ code: 'NODE_OUTPUT_INVALID' }))
  })
})
