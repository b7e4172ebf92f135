import { describe, expect, test } from 'vitest'
import { checkLedgerSize } from './ledger.ts'

describe('checkLedgerSize', () => {
  test('takes values up to 64 MiB together, and no more', () => {
    const half = { size: 33_554_432 }
    expect(() => checkLedgerSize([half, half])).not.toThrow()
    expect(() => checkLedgerSize([half, half, { size: 1 }])).toThrow('too large')
  })
})
