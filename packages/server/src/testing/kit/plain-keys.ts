import type { KeyProvider } from '@tenon/core/node'

/** Wraps data keys as they are, for tests of what a server does with them. */
export const plainKeys: KeyProvider = {
  wrapKey: async (dataKey) => ({ keyId: 'plain', bytes: dataKey }),
  unwrapKey: async ({ bytes }) => bytes,
}
