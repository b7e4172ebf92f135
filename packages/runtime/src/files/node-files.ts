import type { FileRef, TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { FileContent, NodeFiles } from '@tenon/core/node'
import { toWellFormed } from '@tenon/core/text'
import type { BytesRedactor } from '../hide-bytes.ts'
import { UNKNOWN_TYPE } from './decide-type.ts'
import type { StoredFile } from './file-rows.ts'
import type { Files } from './files.ts'

/** Longest name that a file keeps. */
const MAX_NAME = 255

/** Replaces the secrets of a node in what it stores. */
export interface FileMask {
  readonly bytes: BytesRedactor
  text(text: string): string
}

/**
 * Returns the files of a tenant for the code of a node.
 *
 * @param mask - Hides secrets in new files, since a service may send back what it got. @defaultValue the node has none
 */
export function nodeFilesOf(files: Files, tenantId: TenantId, mask: FileMask | null = null): NodeFiles {
  const find = async ({ file, name }: FileRef): Promise<StoredFile> => {
    const found = await files.find(tenantId, file)
    if (found !== null) return found
    throw new TenonError('FILE_NOT_FOUND', `The file "${name}" does not exist any more`, { details: { file } })
  }
  return {
    open: async (ref) => files.open(tenantId, await find(ref)),
    read: async (ref, maxBytes) => {
      const found = await find(ref)
      const { size } = found.ref
      if (size > maxBytes) {
        throw new TenonError('FILE_TOO_LARGE', `The file "${ref.name}" has ${size} bytes, more than ${maxBytes}`, {
          details: { size, maxBytes },
        })
      }
      const bytes = new Uint8Array(size)
      let at = 0
      for await (const part of files.open(tenantId, found)) {
        bytes.set(part, at)
        at += part.byteLength
      }
      return bytes
    },
    put: async (content, given) => {
      const { name, type } = mask === null ? given : { name: mask.text(given.name), type: maskType(given.type, mask) }
      const file = { name: plainName(name), type, createdBy: null, isStrict: false }
      return (await files.create(tenantId, mask === null ? content : maskContent(content, mask), file)).ref
    },
  }
}

/** A type with a mask in it would be none. */
function maskType(type: string, mask: FileMask): string {
  return mask.text(type) === type ? type : UNKNOWN_TYPE
}

function maskContent(content: FileContent, { bytes }: FileMask): FileContent {
  if (content instanceof ReadableStream) return bytes.stream(content)
  if (typeof content === 'string') return bytes.bytes(Buffer.from(content))
  return bytes.bytes(Buffer.from(content.buffer, content.byteOffset, content.byteLength))
}

/**
 * Returns a name without a path and without characters that no file on a disk has in its name, or that change how a name
 * looks, such as its order of writing.
 */
function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const visible = last.replaceAll(/(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu, '').trim()
  // Repaired after the cut, which may be within a pair of units.
  const plain = toWellFormed(visible.slice(-MAX_NAME))
  return plain === '.' || plain === '..' || !/[\p{L}\p{N}\p{P}\p{S}]/u.test(plain) ? 'file' : plain
}
