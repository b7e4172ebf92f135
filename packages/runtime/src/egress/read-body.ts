import { Duplex, PassThrough, pipeline as pipe, Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { TenonError } from '@tenon/core/errors'

/** More layers than a service has reason for; each costs memory. */
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

/** `deflate` means the zlib form; many services send the raw one, which has no header. */
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
  // Its errors come out of the decoder as well.
  pipe(Readable.from(all()), decoder, ignore)
  yield* decoder
}

/** The decoders for a `Content-Encoding`, outermost layer first. */
function decodersFor(encoding: string): readonly Duplex[] {
  const names = encoding.split(',').map((name) => name.trim().toLowerCase())
  const wanted = names.filter((name) => name !== '').reverse()
  const unknown = wanted.find((name) => DECODERS[name] === undefined)
  if (unknown === undefined && wanted.length <= MOST_ENCODINGS)
    return wanted.map((name) => (DECODERS[name] as () => Duplex)())
  const what = unknown === undefined ? `more than ${MOST_ENCODINGS} content encodings` : 'an unknown content encoding'
  throw new TenonError('HTTP_RESPONSE_INVALID', `The answer has ${what}`, {
    remedy: 'Let the service send gzip, br, deflate or no Content-Encoding.',
  })
}

/**
 * Reads a body whole, decompressed, and not a byte beyond the limit: a bomb is cut off while it unpacks. A body
 * without a byte is empty, whatever its encoding says.
 *
 * @param encoding - Value of `Content-Encoding`, layers in the order in which they were applied.
 * @param maxBytes - Limit of the decompressed body.
 * @throws {@link TenonError} `HTTP_RESPONSE_TOO_LARGE`; `HTTP_RESPONSE_INVALID` for an encoding that is not known.
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
  // A fault of one layer comes out of the last, which is read here; leaving the loop closes them all.
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
  return new TenonError('HTTP_RESPONSE_TOO_LARGE', `The answer is larger than ${maxBytes} bytes`, {
    details: { maxBytes },
    ...(remedy === undefined ? {} : { remedy }),
  })
}
