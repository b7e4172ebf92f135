import type { FileRef } from '../document/file-ref.ts'
import { TenonError } from '../errors/index.ts'
import type { FileId } from '../ids.ts'
import type { FileContent, NodeFiles } from '../node/files.ts'

/** Files in memory, for tests of node types. */
export interface TestFiles extends NodeFiles {
  /** Adds a file that a node can open. */
  add(file: { readonly name: string; readonly type: string; readonly content: string | Uint8Array }): FileRef
  /** Returns the content of a file as text. @throws {@link TenonError} `FILE_NOT_FOUND`. */
  textOf(file: FileRef): string
}

/**
 * Creates files in memory.
 *
 * @example
 * ```ts
 * const files = createTestFiles()
 * const orders = files.add({ name: 'orders.csv', type: 'text/csv', content: 'id,total\n1,12' })
 * await createNodeTestHarness(readCsvNode, { files }).run({ source: orders })
 * ```
 */
export function createTestFiles(): TestFiles {
  const contents = new Map<FileId, Uint8Array>()
  const store = (bytes: Uint8Array, name: string, type: string): FileRef => {
    const file = `fil_${String(contents.size + 1).padStart(32, '0')}`
    contents.set(file, bytes)
    return { file, name, type, size: bytes.byteLength }
  }
  const find = ({ file, name }: FileRef): Uint8Array => {
    const bytes = contents.get(file)
    if (bytes !== undefined) return bytes
    throw new TenonError('FILE_NOT_FOUND', `The file "${name}" does not exist any more`, { details: { file } })
  }
  return {
    add: ({ name, type, content }) => store(toBytes(content), name, type),
    textOf: (file) => new TextDecoder().decode(find(file)),
    open: async (file) => new Blob([find(file).slice()]).stream(),
    read: async (file, maxBytes) => {
      const bytes = find(file)
      if (bytes.byteLength <= maxBytes) return bytes
      throw new TenonError('FILE_TOO_LARGE', `The file "${file.name}" has more than ${maxBytes} bytes`, {
        details: { size: bytes.byteLength, maxBytes },
      })
    },
    put: async (content, { name, type }) => store(await readAll(content), name, type),
  }
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content
}

async function readAll(content: FileContent): Promise<Uint8Array> {
  if (!(content instanceof ReadableStream)) return toBytes(content)
  return new Uint8Array(await new Response(content).arrayBuffer())
}
