import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms'
import { TenonError } from '@tenon/core/errors'
import type { KeyProvider } from '@tenon/core/node'

/** Options of {@link awsKmsKeyProvider}. */
export interface AwsKmsKeyProviderOptions {
  /** Client of the host, with its region and credentials. The host ends it. */
  readonly client: KMSClient
  /** Id, alias or ARN of a symmetric key, which encrypts. What an earlier key has encrypted stays readable. */
  readonly keyId: string
}

/** Longest request, shorter than the wait of the server for its key provider. */
const TIMEOUT_MS = 9_000
/** Errors that stay: the ciphertext, its tenant or its key was changed in the database. */
const UNREADABLE: ReadonlySet<string> = new Set(['InvalidCiphertextException', 'IncorrectKeyException'])

/**
 * A {@link KeyProvider} that encrypts the data keys of tenants with a key in AWS KMS, which never leaves it. The tenant is the
 * encryption context, so that AWS CloudTrail shows whose key was used. Requires `kms:Encrypt` and `kms:Decrypt`. While KMS cannot
 * be reached or refuses access, calls fail with `UNAVAILABLE`, and node runs that need a secret are tried again.
 *
 * @throws {@link TenonError} from its methods: `UNAVAILABLE`; `SECRET_NOT_FOUND` for a data key that KMS cannot decrypt.
 *
 * @example
 * ```ts
 * import { KMSClient } from '@aws-sdk/client-kms'
 * import { awsKmsKeyProvider } from '@tenon/server/aws-kms'
 *
 * const keyProvider = awsKmsKeyProvider({ client: new KMSClient({ region: 'eu-central-1' }), keyId: 'alias/tenon' })
 * ```
 */
export function awsKmsKeyProvider({ client, keyId }: AwsKmsKeyProviderOptions): KeyProvider {
  return {
    async wrapKey(dataKey, { tenantId }) {
      const command = new EncryptCommand({ KeyId: keyId, Plaintext: dataKey, EncryptionContext: contextOf(tenantId) })
      const { CiphertextBlob: bytes, KeyId: usedKeyId } = await asked(client.send(command, inTime()))
      if (bytes === undefined || usedKeyId === undefined) throw incomplete()
      return { keyId: usedKeyId, bytes }
    },
    async unwrapKey({ keyId: usedKeyId, bytes }, { tenantId }) {
      // With the key that has encrypted it: a ciphertext of another key is refused.
      const request = { KeyId: usedKeyId, CiphertextBlob: bytes, EncryptionContext: contextOf(tenantId) }
      const { Plaintext: dataKey } = await asked(client.send(new DecryptCommand(request), inTime()))
      if (dataKey === undefined) throw incomplete()
      return dataKey
    },
  }
}

function contextOf(tenantId: string): Record<string, string> {
  return { 'tenon:tenant': tenantId }
}

function inTime(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(TIMEOUT_MS) }
}

async function asked<Answer>(sending: Promise<Answer>): Promise<Answer> {
  try {
    return await sending
  } catch (error) {
    // Names only: a message may contain the id of an account or a part of the request.
    const name = kmsErrorName(error) ?? 'no answer'
    if (UNREADABLE.has(name)) {
      throw new TenonError('SECRET_NOT_FOUND', `AWS KMS cannot decrypt the data key of the tenant (${name})`, {
        remedy: 'Restore the stored data key of the tenant, or set its secrets again.',
      })
    }
    throw new TenonError('UNAVAILABLE', `AWS KMS failed (${name})`, {
      remedy: 'Check that the key is enabled, that this server may use it, and that KMS can be reached.',
    })
  }
}

/** Not by its class: the client may come from another copy of the SDK. Only an answer of a service has a `$fault`. */
function kmsErrorName(error: unknown): string | null {
  return error instanceof Error && '$fault' in error ? error.name : null
}

function incomplete(): TenonError {
  return new TenonError('UNAVAILABLE', 'AWS KMS answered without a key')
}
