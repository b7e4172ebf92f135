import { dirname } from 'node:path'
import { TenonError } from '@tenon/core/errors'
import type { KeyProvider } from '@tenon/core/node'
import { DATA_KEY_BYTES, decrypt, encrypt } from './cipher.ts'

const KEY_ID = 'local'

/**
 * A {@link KeyProvider} whose key is a file of this machine: for development and tests. The file is created, for its
 * owner alone, when it is first needed; a reader of both the file and the database can read every secret. In production
 * (`NODE_ENV`) the file must exist: a new key on a disk that is lost would make every secret unreadable.
 *
 * @param options.file - Path of the file, with 32 bytes as hex.
 * @param options.create - True to create the file. @defaultValue true, but false in production
 * @throws {@link TenonError} `OPTIONS_INVALID` from its methods for a file that holds no such key, or that does not exist and
 * must not be created.
 *
 * @example
 * ```ts
 * createWorkflowServer({ ..., keyProvider: localKeyProvider({ file: '.tenon/secret.key' }) })
 * ```
 */
export function localKeyProvider({
  file,
  create = process.env.NODE_ENV !== 'production',
}: {
  readonly file: string
  readonly create?: boolean
}): KeyProvider {
  let loaded: Promise<Uint8Array> | undefined
  const key = (): Promise<Uint8Array> => {
    loaded ??= loadKey(file, create).catch((error: unknown) => {
      loaded = undefined
      throw error
    })
    return loaded
  }
  return {
    async wrapKey(dataKey, { tenantId }) {
      const text = Buffer.from(dataKey).toString('base64')
      return { keyId: KEY_ID, bytes: encrypt(await key(), text, [KEY_ID, tenantId]) }
    },
    async unwrapKey({ bytes }, { tenantId }) {
      return Buffer.from(decrypt(await key(), bytes, [KEY_ID, tenantId]), 'base64')
    },
  }
}

async function loadKey(file: string, mayCreate: boolean): Promise<Uint8Array> {
  // On use: a server with a provider of its own does not need a file system.
  const { mkdir, readFile, writeFile } = await import('node:fs/promises')
  const { randomBytes } = await import('node:crypto')
  if (mayCreate) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, `${randomBytes(DATA_KEY_BYTES).toString('hex')}\n`, { flag: 'wx', mode: 0o600 }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      },
    )
  }
  const text = (await readFile(file, 'utf8').catch(refuseMissing)).trim()
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, 'hex')
  throw new TenonError('OPTIONS_INVALID', 'The key file does not hold 32 bytes as hex', {
    remedy: 'Restore the key file. Without the key, secrets that were set before cannot be decrypted.',
  })
}

function refuseMissing(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT') throw error
  throw new TenonError('OPTIONS_INVALID', 'The key file does not exist, and in production none is created', {
    remedy: 'Use a key provider of your infrastructure, such as awsKmsKeyProvider(), or restore the key file.',
  })
}
