import { describe, expect, test } from 'vitest'
import { testIdentity } from '../testing/test-identity.ts'
import { askWhoCalls } from './ask-who-calls.ts'

const request = new Request('https://app.example/')

describe('askWhoCalls', () => {
  test("gives authenticate the host's request", async () => {
    const as = testIdentity()
    const req = { session: { user: as } }
    const found = await askWhoCalls((_request, context) => (context.req as typeof req).session.user, request, { req })
    expect(found).toBe(as)
  })

  test('an answer that never comes is UNAVAILABLE', async () => {
    const never = () => new Promise<never>(() => undefined)
    await expect(askWhoCalls(never, request, {}, 5)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test.each([
    ['null', () => null, 'UNAUTHENTICATED'],
    ['what is no identity', () => ({}) as never, 'IDENTITY_INVALID'],
  ])('%s rejects every caller', async (_title, authenticate, code) => {
    await expect(askWhoCalls(authenticate, request, {})).rejects.toMatchObject({ code })
  })

  test('what authenticate throws comes through', async () => {
    const error = new Error('broken')
    const throwing = () => {
      throw error
    }
    await expect(askWhoCalls(throwing, request, {})).rejects.toBe(error)
  })
})
