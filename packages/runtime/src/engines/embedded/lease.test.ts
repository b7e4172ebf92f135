import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { createLease } from './lease.ts'

const RENEWED = { wasValid: true, owned: [], ownedDispatches: [], workers: 1 }

describe('createLease', () => {
  test('is valid for its length, counted from before the request that renewed it', async () => {
    let at = 1_000
    const renewLease = async () => {
      // The answer takes 40 ms.
      at += 40
      return RENEWED
    }
    const lease = createLease({ renewLease }, { leaseMs: 100, monotonicMs: () => at })
    expect(lease.isValid()).toBe(false)
    await lease.renew()
    at = 1_099
    expect(lease.isValid()).toBe(true)
    at = 1_100
    expect(lease.isValid()).toBe(false)
  })

  test('keeps what is left of it when a renewal fails', async () => {
    let at = 0
    let isAway = false
    const renewLease = async () => {
      if (isAway) throw new TenonError('UNAVAILABLE', 'The database cannot be reached')
      return RENEWED
    }
    const lease = createLease({ renewLease }, { leaseMs: 100, monotonicMs: () => at })
    await lease.renew()
    isAway = true
    at = 50
    await expect(lease.renew()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(lease.isValid()).toBe(true)
    at = 100
    expect(lease.isValid()).toBe(false)
  })
})
