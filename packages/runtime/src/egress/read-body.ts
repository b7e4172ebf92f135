import { Duplex, PassThrough, pipeline as pipe, Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { TenonError } from '@tenon/core/errors'

/** Most layers of encodings; each costs memory. */
const MOST_ENCODINGS = 4
const ZLIB_METHOD = 8

const DECODERS: Readonly<Record<string, () => Duplex>> = {
  identity: () => new PassThrough(),
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: () => Duplex.from(inflate),
  br: createBrotliDecompress,
}

const ignore = (): void => undefined

/** Decodes `deflate`: the zlib form, or the raw one without a header that many services send. */
async function* inflate(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const chunks = source[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done === true) return
  const isZlib = ((first.value[0] ?? 0) & 0x0f) === ZLIB_METHOD
  const all = async function* (): AsyncIterable<Buffer> {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  const decoder = isZlib ? createInflate() : createInflateRaw()
  // Its errors are also reported by the decoder.
  pipe(Readable.from(all()), decoder, ignore)
  yield* decoder
}

/** Returns the decoders for a `Content-Encoding`, outermost layer first. */
function decodersFor(encoding: string): readonly Duplex[] {
  const names = encoding.split(',').map((name) => name.trim().toLowerCase())
  const wanted = names.filter((name) => name !== '').reverse()
  const unknown = wanted.find((name) => DECODERS[name] === undefined)
  if (unknown === undefined && wanted.length <= MOST_ENCODINGS)
    return wanted.map((name) => (DECODERS[name] as () => Duplex)())
  const what = unknown === undefined ? `more than ${MOST_ENCODINGS} content encodings` : 'an unknown content encoding'
  throw new TenonError('HTTP_RESPONSE_INVALID', `The response has ${what}`, {
    remedy: 'Let the service send gzip, br, deflate or no Content-Encoding.',
  })
}

/**
 * Reads and decompresses a whole body up to the limit: a decompression bomb is cut off while it unpacks. A body of zero
 * bytes is empty for any encoding.
 *
 * @param encoding - Value of `Content-Encoding`, layers in the order in which they were applied.
 * @param maxBytes - Limit of the decompressed body.
 * @throws {@link TenonError} `HTTP_RESPONSE_TOO_LARGE`; `HTTP_RESPONSE_INVALID` for an unknown encoding.
 */
export async function readBody(body: Readable, encoding: string, maxBytes: number): Promise<Buffer> {
  const decoders = decodersFor(encoding)
  const source = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await source.next()
  if (first.done === true) return Buffer.alloc(0)
  const whole = async function* (): AsyncIterable<Buffer> {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => source }
  }
  // A fault of one layer is reported by the last one, which is read here; leaving the loop closes all of them.
  const decoded = decoders.reduce<Readable>((layer, decoder) => pipe(layer, decoder, ignore), Readable.from(whole()))
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of decoded as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) break
    chunks.push(chunk)
  }
  if (size > maxBytes) throw tooLarge(maxBytes)
  return Buffer.concat(chunks)
}

export function tooLarge(maxBytes: number, remedy?: string): TenonError {
  return new TenonError('HTTP_RESPONSE_TOO_LARGE', `The response is larger than ${maxBytes} bytes`, {
    details: { maxBytes },
    ...(remedy === undefined ? {} : { remedy }),
  })
}
