import { PassThrough, type Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { TenonError } from '@tenon/core/errors'

const DECODERS: Readonly<Record<string, () => Transform>> = {
  identity: () => new PassThrough(),
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * Reads a body whole, decoded, and not a byte beyond the limit: a bomb is cut off while it unpacks.
 *
 * @param maxBytes - Limit of the decoded body.
 * @throws {@link TenonError} `HTTP_RESPONSE_TOO_LARGE`; `HTTP_FAILED` for an encoding that is not known.
 */
export async function readBody(body: Readable, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const decoder = DECODERS[encoding?.trim().toLowerCase() || 'identity']
  if (decoder === undefined) {
    throw new TenonError('HTTP_FAILED', 'The answer is encoded in a way that is not known', { retryable: false })
  }
  const chunks: Buffer[] = []
  let size = 0
  try {
    await pipeline(body, decoder(), async (decoded: AsyncIterable<Buffer>) => {
      for await (const chunk of decoded) {
        size += chunk.length
        if (size > maxBytes) break
        chunks.push(chunk)
      }
    })
  } catch (thrown) {
    // Which error a broken-off pipeline reports depends on which of its streams is told first.
    if (size <= maxBytes) throw thrown
  }
  if (size > maxBytes) throw tooLarge(maxBytes)
  return Buffer.concat(chunks)
}

export function tooLarge(maxBytes: number): TenonError {
  return new TenonError('HTTP_RESPONSE_TOO_LARGE', `The answer is larger than ${maxBytes} bytes`, {
    details: { maxBytes },
  })
}
