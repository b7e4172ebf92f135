import { z } from 'zod'
import { FILE_ID_PATTERN, type FileRef, MAX_FILE_NAME } from '../document/file-ref.ts'

/** Bytes of a new file: a stream, or all at once. */
export type FileContent = ReadableStream<Uint8Array> | Uint8Array | string

/** Files of the tenant, for the code of a node. */
export interface NodeFiles {
  /**
   * Opens a file. The stream reads a part at a time, so that a large file needs little memory.
   *
   * @throws {@link TenonError} `FILE_NOT_FOUND` for a file that the tenant does not have; `FILE_UNAVAILABLE` if it cannot be
   * read now.
   */
  open(file: FileRef): Promise<ReadableStream<Uint8Array>>
  /**
   * Reads a whole file.
   *
   * @param maxBytes - Most bytes that are read.
   * @throws {@link TenonError} as {@link NodeFiles.open}; `FILE_TOO_LARGE`.
   */
  read(file: FileRef, maxBytes: number): Promise<Uint8Array>
  /**
   * Stores a file. It belongs to the run once the node returns its reference; otherwise it is deleted after a day.
   *
   * @param content - Read once; canceled if the file is refused.
   * @returns The reference; its type is that of the content if the given one is only `application/octet-stream`.
   * @throws {@link TenonError} `FILE_TOO_LARGE`, `FILE_QUOTA_EXCEEDED`, `FILE_TYPE_REFUSED`, `FILE_TYPE_MISMATCH` or
   * `FILE_REFUSED` for a file that the tenant may not have; `FILE_UNAVAILABLE`; the error of the stream.
   */
  put(content: FileContent, file: { readonly name: string; readonly type: string }): Promise<FileRef>
}

/** Schema of a reference to a file, for the params and outputs of node types. */
export const fileRefSchema: z.ZodType<FileRef, FileRef> = z
  .object({
    file: z.string().regex(FILE_ID_PATTERN, 'Choose a file'),
    name: z.string().min(1).max(MAX_FILE_NAME),
    type: z.string(),
    size: z.number().int().min(0),
  })
  .meta({ format: 'file' })
