/** The form of a secret of Standard Webhooks, for messages. */
export const STANDARD_SECRET = 'Standard Webhooks has secrets of at least 16 bytes in Base64, such as "whsec_..."'
const MIN_KEY_BYTES = 16

/** Decodes a secret of Standard Webhooks. @returns `null` for another text: it could decode to a key that anyone knows. */
export function standardKey(secret: string): Buffer | null {
  const text = secret.trim().replace(/^whsec_/, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null
  const key = Buffer.from(text, 'base64')
  return key.length < MIN_KEY_BYTES ? null : key
}
