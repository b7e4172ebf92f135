import type { FileContent } from '@tenon/core/node'

/** Bytes that name the type of a file. */
const HEAD_BYTES = 4_100

/**
 * Reads content in parts of the same size, of which only the last one may be smaller. The next part is read when it is
 * asked for, so that a slow database slows down the sender. A stream that is not read to its end is canceled.
 */
export async function* contentParts(
  content: FileContent,
  partBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let part = new Uint8Array(partBytes)
  let filled = 0
  for await (const bytes of piecesOf(content)) {
    for (let from = 0; from < bytes.byteLength; ) {
      const taken = bytes.subarray(from, from + partBytes - filled)
      part.set(taken, filled)
      filled += taken.byteLength
      from += taken.byteLength
      if (filled < partBytes) continue
      yield part
      // The one before may still be on its way to the database.
      part = new Uint8Array(partBytes)
      filled = 0
    }
  }
  if (filled > 0) yield part.subarray(0, filled)
}

async function* piecesOf(content: FileContent): AsyncGenerator<Uint8Array, void, undefined> {
  if (typeof content === 'string') yield new TextEncoder().encode(content)
  else if (content instanceof Uint8Array) yield content
  else {
    const reader = content.getReader()
    let isRead = false
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) {
          isRead = true
          return
        }
        yield value
      }
    } catch (error) {
      isRead = true
      throw error
    } finally {
      // Not awaited: the source of a stream that has stalled may never answer.
      if (!isRead) void reader.cancel().catch(() => undefined)
    }
  }
}

/** Reads the beginning of content; `rest` is all of it, the beginning included. */
export async function readHead(
  parts: AsyncGenerator<Uint8Array, void, undefined>,
): Promise<{ readonly head: Uint8Array; readonly rest: AsyncIterable<Uint8Array> }> {
  const first = await parts.next()
  const part = first.done === true ? new Uint8Array() : first.value
  return {
    head: part.subarray(0, HEAD_BYTES),
    rest: (async function* () {
      if (part.byteLength > 0) yield part
      yield* parts
    })(),
  }
}
