import { TenonError } from '@tenon/core/errors'
import type { KeyProvider } from '@tenon/core/node'
import type { RuntimeLog } from '@tenon/runtime'
import { localKeyProvider } from './local-key-provider.ts'
import type { SecretFields } from './secret-fields.ts'

/** File with the key of a development server without a key provider. */
const DEVELOPMENT_KEY_FILE = '.tenon/secret.key'

/**
 * Chooses the key provider of a server: the given one, or in development a file. A server without secret params needs
 * none.
 *
 * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED` in production, when a node type has a secret param.
 */
export function keyProviderOf(
  { keyProvider }: { readonly keyProvider?: KeyProvider | undefined },
  fields: SecretFields,
  log: RuntimeLog,
): KeyProvider | null {
  if (keyProvider !== undefined) return keyProvider
  const [first] = fields
  if (first === undefined) return null
  if (process.env.NODE_ENV === 'production') {
    const message = `The node type ${first[0]} has the secret param "${first[1][0]}", and no keyProvider is given`
    throw new TenonError('KEY_PROVIDER_REQUIRED', message)
  }
  log('warn', 'secrets.local_key: no keyProvider, using a key file of this machine', { file: DEVELOPMENT_KEY_FILE })
  return localKeyProvider({ file: DEVELOPMENT_KEY_FILE })
}
