import { describe, expect, test } from 'vitest'
import { createSignedTokens } from './signed-tokens.ts'

describe('createSignedTokens', () => {
  test('asks before it reads the key of a tenant, until a token of the tenant was valid', async () => {
    const key = new Uint8Array(32)
    const secrets = { deriveKey: async () => key, deriveFirstKey: async () => key, isFirstKeyInMemory: () => false }
    const tokens = createSignedTokens(secrets, 'test')
    const token = await tokens.make('acme', ['a'])
    const lookups: string[] = []
    const read = (given: string) => tokens.read(given, 1, async () => void lookups.push(given))
    const forged = `${token.split('.')[0]}.${'A'.repeat(43)}`
    expect(await read(forged)).toBeNull()
    expect(await read(token)).toEqual({ tenantId: 'acme', names: ['a'] })
    expect(await read(token)).not.toBeNull()
    expect(await read(forged)).toBeNull()
    expect(await read('x')).toBeNull()
    expect(lookups).toEqual([forged, token])
  })
})
