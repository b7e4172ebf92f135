import type { FileInfo, FileLink } from '../api/file-types.ts'
import type { TenonError } from '../errors/tenon-error.ts'
import type { FileId } from '../ids.ts'
import type { RequestOptions } from './options.ts'

/** Content of a file to upload. A stream is sent as it is read, which browsers do over HTTP/2 only. */
export type UploadContent = Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>

/** Options of an upload. */
export interface UploadOptions extends RequestOptions {
  /** Called while bytes are sent, in browsers; not for streams, nor with a `fetch` of the host. */
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void
}

/** The part of the client that uploads, describes and downloads files. */
export interface FilesClient {
  /**
   * Uploads a file. Use the `ref` of the answer in the input of a run; a file that no run contains is deleted after a day.
   *
   * @param file - `name` without a path; `type` is a media type. @defaultValue the type of a `Blob`, else that of the content
   * @throws {@link TenonError} `FILE_TOO_LARGE`, `FILE_QUOTA_EXCEEDED`, `FILE_TYPE_REFUSED`, `FILE_TYPE_MISMATCH`,
   * `FILE_REFUSED`, `FILE_UNAVAILABLE`.
   */
  upload(
    content: UploadContent,
    file: { readonly name: string; readonly type?: string },
    options?: UploadOptions,
  ): Promise<FileInfo>
  /** Reads what is known about a file. @throws {@link TenonError} `FILE_NOT_FOUND`. */
  get(fileId: FileId, options?: RequestOptions): Promise<FileInfo>
  /**
   * Downloads a file, or its bytes from `start` to before `end`; the body of the response is a stream.
   *
   * @throws {@link TenonError} `FILE_NOT_FOUND`, `FILE_RANGE_INVALID`, `FILE_UNAVAILABLE`.
   */
  download(
    fileId: FileId,
    range?: { readonly start?: number; readonly end?: number },
    options?: RequestOptions,
  ): Promise<Response>
  /**
   * Makes a link that downloads the file without signing in, until it expires after five minutes or `expiresInMs`.
   *
   * @throws {@link TenonError} `FILE_NOT_FOUND`, `KEY_PROVIDER_REQUIRED`.
   */
  link(fileId: FileId, body?: { readonly expiresInMs?: number }, options?: RequestOptions): Promise<FileLink>
  /** Deletes a file that no run contains. @throws {@link TenonError} `FILE_NOT_FOUND`, `FILE_IN_USE`. */
  remove(fileId: FileId, options?: RequestOptions): Promise<void>
}
