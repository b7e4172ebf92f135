import { connectionParamOf, type JsonSchema, secretParamsOf } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { KeyProvider, NodeManifest } from '@tenon/core/node'
import type { RuntimeLog } from '@tenon/runtime'
import { localKeyProvider } from './local-key-provider.ts'

/** File with the key of a development server without a key provider. */
const DEVELOPMENT_KEY_FILE = '.tenon/secret.key'

/**
 * Chooses the key provider of a server: the given one, or in development a file. In production without one, secrets
 * that are optional cannot be set, and `null` is returned; a server without secret params needs none.
 *
 * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED` in production, when a node type requires a secret param.
 */
export function keyProviderOf(
  { keyProvider }: { readonly keyProvider?: KeyProvider | undefined },
  manifest: NodeManifest,
  log: RuntimeLog,
): KeyProvider | null {
  if (keyProvider !== undefined) return keyProvider
  const secrets = manifest.nodes.flatMap(({ type, params }) =>
    secretParamsOf(params).map((param) => ({ type, param, isRequired: isRequired(params, param) })),
  )
  const [first] = secrets
  if (first === undefined) {
    // Callback URLs are signed, and connections are encrypted, under the same keys.
    const needsKeys = manifest.nodes.some(
      ({ control, params }) => control === 'callback' || connectionParamOf(params) !== null,
    )
    return needsKeys && process.env.NODE_ENV !== 'production' ? localKeyProvider({ file: DEVELOPMENT_KEY_FILE }) : null
  }
  if (process.env.NODE_ENV !== 'production') {
    log('warn', 'secrets.local_key: no keyProvider, using a key file of this machine', { file: DEVELOPMENT_KEY_FILE })
    return localKeyProvider({ file: DEVELOPMENT_KEY_FILE })
  }
  const required = secrets.find((secret) => secret.isRequired)
  if (required !== undefined) {
    const message = `The node type ${required.type} requires the secret param "${required.param}", and no keyProvider is given`
    throw new TenonError('KEY_PROVIDER_REQUIRED', message)
  }
  log('warn', 'secrets.no_key_provider: secret params cannot be set', { type: first.type, param: first.param })
  return null
}

function isRequired(schema: JsonSchema, param: string): boolean {
  const required = typeof schema === 'object' ? schema.required : undefined
  return Array.isArray(required) && required.includes(param)
}
