import { createRedactor, MASK } from '@tenon/core/mask'

/** Replaces known secrets in bytes, whatever they are: texts of every charset with the characters of ASCII. */
export interface BytesRedactor {
  /** Returns the same bytes if they contain none. */
  bytes(bytes: Buffer): Buffer
  /** Replaces secrets in bytes that stream, also between two chunks; holds no more than the longest secret. */
  stream(bytes: ReadableStream<Uint8Array>): ReadableStream<Uint8Array>
}

/** Bytes as a text with one character for each. */
const BYTES = 'latin1'
const MASK_BYTES = Buffer.from(MASK).toString(BYTES)

export function createBytesRedactor(secrets: readonly string[]): BytesRedactor {
  const redactor = createRedactor(secrets.flatMap((secret) => [secret, Buffer.from(secret).toString(BYTES)]))
  const toBytes = (text: string): Buffer => Buffer.from(text.replaceAll(MASK, MASK_BYTES), BYTES)
  return {
    bytes: (bytes) => {
      const text = bytes.toString(BYTES)
      const hidden = redactor.whole(text)
      return hidden === text ? bytes : toBytes(hidden)
    },
    stream: (bytes) => {
      let held = ''
      const hiding = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          const text = redactor.whole(held + Buffer.from(chunk).toString(BYTES))
          const openAt = redactor.openAt(text)
          held = text.slice(openAt)
          if (openAt > 0) controller.enqueue(toBytes(text.slice(0, openAt)))
        },
        flush: (controller) => {
          if (held !== '') controller.enqueue(toBytes(held))
        },
      })
      return bytes.pipeThrough(hiding)
    },
  }
}
