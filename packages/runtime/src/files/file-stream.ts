import { TenonError } from '@tenon/core/errors'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { type FileKey, readChunk } from './file-rows.ts'
import type { ByteRange } from './files.ts'

/** Streams the bytes of a file, one part of it at a time, each when the reader asks for it. */
export function fileStream(
  database: RuntimeDatabase,
  key: FileKey,
  { start, end }: ByteRange,
): ReadableStream<Uint8Array> {
  let at = start
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        if (at >= end) {
          controller.close()
          return
        }
        const from = at
        const chunk = await database.withTenant(key.tenantId, (tx) => readChunk(tx, key, from))
        const bytes = chunk?.bytes.subarray(at - chunk.start, end - chunk.start)
        if (bytes === undefined || bytes.byteLength === 0) {
          throw new TenonError('FILE_UNAVAILABLE', 'The file was deleted while it was read', { retryable: false })
        }
        at += bytes.byteLength
        controller.enqueue(bytes)
      },
    },
    // Nothing is read ahead: an answer that is not read costs nothing.
    { highWaterMark: 0 },
  )
}
