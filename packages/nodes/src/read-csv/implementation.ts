import { TenonError } from '@tenon/core/errors'
import { implementNode } from '@tenon/core/node'
import { readCsv } from './definition.ts'
import { readRows } from './read-rows.ts'

export const readCsvNode = implementNode(readCsv, async ({ params, files, log, abortSignal }) => {
  const { source, charset, maxRows } = params
  const text =
    typeof source === 'string'
      ? (async function* () {
          yield source
        })()
      : decode(await files.open(source), charset, abortSignal)
  const { items, hasMore, skipped, faults } = await readRows(text, params)
  if (skipped > 0) log('warn', `Skipped ${skipped} rows with faults`, { faults: faults.slice(0, 10) })
  if (hasMore) log('warn', `The CSV has more than ${maxRows} rows`)
  return {
    port: 'success',
    output: { items: [...items], count: items.length, hasMore, skipped, faults: [...faults] },
  }
})

/** Decodes a file part by part. @throws {@link TenonError} `CSV_INVALID` for bytes that are not of the charset. */
async function* decode(
  stream: ReadableStream<Uint8Array>,
  charset: string,
  abortSignal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder(charset, { fatal: true })
  const take = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch (cause) {
      throw new TenonError('CSV_INVALID', `The file is not valid ${charset}`, {
        cause,
        remedy: 'Choose the charset in which the file was written.',
      })
    }
  }
  for await (const bytes of stream) {
    abortSignal.throwIfAborted()
    yield take(bytes)
  }
  yield take()
}
