import { dirname } from 'node:path'
import { TenonError } from '@tenon/core/errors'
import type { KeyProvider } from '@tenon/core/node'
import { DATA_KEY_BYTES, decrypt, encrypt } from './cipher.ts'

const KEY_ID = 'local'

/**
 * A {@link KeyProvider} whose key is a file of this machine: for development and tests. It is read at once, or created, for its
 * owner alone, when it is first needed; a reader of both the file and the database can read every secret. In production
 * (`NODE_ENV`) the file must exist: a new key on a disk that is lost would make every secret unreadable.
 *
 * @param options.file - Path of the file, with 32 bytes as hex.
 * @param options.create - True to create the file. @defaultValue true, but false in production
 * @throws {@link TenonError} `OPTIONS_INVALID` for a file that holds no such key, or that does not exist and must not be created;
 * from its methods `UNAVAILABLE`, while the file cannot be created. Warns of a file that other users of the machine may read.
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
  const known = readKey(file)
  if (known === null && !create) {
    throw new TenonError('OPTIONS_INVALID', 'The key file does not exist, and in production none is created', {
      remedy: 'Use a key provider of your infrastructure, such as awsKmsKeyProvider(), or restore the key file.',
    })
  }
  let loaded = known === null ? undefined : Promise.resolve(known)
  const key = (): Promise<Uint8Array> => {
    loaded ??= createKey(file).catch((error: unknown) => {
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

/** On first use, so that a server without secrets writes no file. Node runs wait while the disk is not there. */
async function createKey(file: string): Promise<Uint8Array> {
  const { mkdir, writeFile } = await import('node:fs/promises')
  const { randomBytes } = await import('node:crypto')
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, `${randomBytes(DATA_KEY_BYTES).toString('hex')}\n`, { flag: 'wx', mode: 0o600 }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      },
    )
    const key = readKey(file)
    if (key !== null) return key
  } catch (cause) {
    throw unavailable(cause)
  }
  throw unavailable()
}

/** Reads the key; `null` if there is no file. At once, so that a server with a wrong file does not start. */
function readKey(file: string): Uint8Array | null {
  // A server with a provider of its own does not need a file system.
  const { readFileSync, statSync } = process.getBuiltinModule('node:fs')
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return null
  // Windows has no such modes.
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
    process.emitWarning(`Other users of this machine may read the key file ${file}: change its mode to 600`, {
      code: 'TENON_KEY_FILE_MODE',
    })
  }
  const text = readFileSync(file, 'utf8').trim()
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, 'hex')
  throw new TenonError('OPTIONS_INVALID', 'The key file does not hold 32 bytes as hex', {
    remedy: 'Restore the key file. Without the key, secrets that were set before cannot be decrypted.',
  })
}

function unavailable(cause?: unknown): TenonError {
  return new TenonError('UNAVAILABLE', 'The key file cannot be created or read', { cause })
}
