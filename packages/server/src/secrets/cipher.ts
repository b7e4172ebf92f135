import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Bytes of a data key. */
export const DATA_KEY_BYTES = 32

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Formats of ciphertexts, the first byte of each. They differ in what a value of the vault is bound to; a value of an earlier
 * format is never one of a later format, since that would have to be bound to the same texts.
 */
export const FORMATS = { first: 1, bound: 2 } as const
type Format = (typeof FORMATS)[keyof typeof FORMATS]

/** The parts of AES-256-GCM, as NIST SP 800-38D names them. */
interface GcmText {
  readonly nonce: Uint8Array
  /** 16 bytes; a shorter one is refused. */
  readonly tag: Uint8Array
  readonly body: Uint8Array
}

/** Encrypts bytes by AES-256-GCM. The caller never uses a nonce twice under one key. */
export function sealGcm(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, aad: Uint8Array): GcmText {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(aad)
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return { nonce, tag: cipher.getAuthTag(), body }
}

/** Decrypts bytes by AES-256-GCM. @throws When the key, the additional data or a single bit differs. */
export function openGcm(key: Uint8Array, { nonce, tag, body }: GcmText, aad: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(aad)
  decipher.setAuthTag(tag)
  return Buffer.concat([decipher.update(body), decipher.final()])
}

/**
 * Encrypts a text by AES-256-GCM under a fresh nonce.
 *
 * @param boundTo - Owner of the text; decryption requires the same value.
 * @returns Format, nonce, tag and ciphertext, one after the other.
 */
export function encrypt(
  key: Uint8Array,
  text: string,
  boundTo: readonly string[],
  format: Format = FORMATS.first,
): Uint8Array {
  const { nonce, tag, body } = sealGcm(key, randomBytes(NONCE_BYTES), Buffer.from(text, 'utf8'), aadOf(boundTo))
  return Buffer.concat([Uint8Array.of(format), nonce, tag, body])
}

/** Decrypts a result of {@link encrypt}. @throws When the key, the bound context or a single bit differs. */
export function decrypt(key: Uint8Array, sealed: Uint8Array, boundTo: readonly string[]): string {
  const [tagAt, bodyAt] = [1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES]
  if (!Object.values(FORMATS).some((format) => format === sealed[0]) || sealed.byteLength < bodyAt) {
    throw new RangeError('Unknown format')
  }
  const [nonce, tag, body] = [sealed.subarray(1, tagAt), sealed.subarray(tagAt, bodyAt), sealed.subarray(bodyAt)]
  return Buffer.from(openGcm(key, { nonce, tag, body }, aadOf(boundTo))).toString('utf8')
}

/** As JSON, so that two lists never give the same bytes. */
function aadOf(boundTo: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(boundTo), 'utf8')
}
