import { randomBytes } from 'node:crypto'
import type { KeyProvider } from '@tenon/core/node'
import { staticKeyProvider } from '../secrets/static-key-provider.ts'

/** A {@link KeyProvider} for tests, whose key can be changed and which can be down. */
export interface TestKeyProvider extends KeyProvider {
  /** Uses a new key from now on; earlier ones still decrypt. */
  rotate(): void
  /** Makes every call fail, or work again. */
  setDown(isDown: boolean): void
  /** Returns the number of calls so far. */
  calls(): { readonly wrapKey: number; readonly unwrapKey: number }
}

/**
 * Creates a key provider for tests. Its keys are in memory only.
 *
 * @example
 * ```ts
 * const keyProvider = testKeyProvider()
 * keyProvider.setDown(true) // runs that need a secret wait and are tried again
 * ```
 */
export function testKeyProvider(): TestKeyProvider {
  const newKey = (number: number) => ({ id: `test-${number}`, key: randomBytes(32).toString('hex') })
  let keys: Parameters<typeof staticKeyProvider>[0]['keys'] = [newKey(1)]
  let isDown = false
  const counts = { wrapKey: 0, unwrapKey: 0 }
  const ask = (call: keyof typeof counts): KeyProvider => {
    counts[call] += 1
    if (isDown) throw new Error('The key provider is down')
    return staticKeyProvider({ keys })
  }
  return {
    wrapKey: async (...args) => ask('wrapKey').wrapKey(...args),
    unwrapKey: async (...args) => ask('unwrapKey').unwrapKey(...args),
    rotate: () => {
      keys = [newKey(keys.length + 1), ...keys]
    },
    setDown: (next) => {
      isDown = next
    },
    calls: () => ({ ...counts }),
  }
}
