import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Bytes of a data key. */
export const DATA_KEY_BYTES = 32
const ALGORITHM = 'aes-256-gcm'
const FORMAT = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts a text by AES-256-GCM under a fresh nonce.
 *
 * @param boundTo - Owner of the text; decryption requires the same value.
 * @returns Format, nonce, tag and ciphertext, one after the other.
 */
export function encrypt(key: Uint8Array, text: string, boundTo: readonly string[]): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(aadOf(boundTo))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([Uint8Array.of(FORMAT), nonce, cipher.getAuthTag(), body])
}

/** Decrypts a result of {@link encrypt}. @throws When the key, the bound context or a single bit differs. */
export function decrypt(key: Uint8Array, sealed: Uint8Array, boundTo: readonly string[]): string {
  const body = 1 + NONCE_BYTES + TAG_BYTES
  if (sealed[0] !== FORMAT || sealed.byteLength < body) throw new RangeError('Unknown format')
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(1, 1 + NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(aadOf(boundTo))
  decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, body))
  return Buffer.concat([decipher.update(sealed.subarray(body)), decipher.final()]).toString('utf8')
}

/** As JSON, so that two lists never give the same bytes. */
function aadOf(boundTo: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(boundTo), 'utf8')
}
