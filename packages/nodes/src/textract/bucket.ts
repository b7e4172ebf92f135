import { TenonError } from '@tenon/core/errors'
import type { DocumentReaderContext, HttpResponse } from '@tenon/core/node'
import { encodePathSegment } from '@tenon/core/text'

/** An object that exists while its document is read. */
export interface TemporaryObject {
  readonly bucket: string
  readonly key: string
}

type Context = Pick<DocumentReaderContext, 'abortSignal' | 'http'>

/**
 * Stores a document where Textract can read it. A second call replaces the object by the same bytes.
 *
 * @param origin - Origin of S3 in the region.
 * @throws {@link TenonError} `DOCUMENT_NOT_ALLOWED`, `DOCUMENT_READ_FAILED`, and those of `http`.
 */
export async function putObject(
  origin: string,
  object: TemporaryObject,
  body: Uint8Array,
  { http, abortSignal }: Context,
): Promise<void> {
  const headers = { 'content-type': 'application/octet-stream' }
  const response = await http.request(urlOf(origin, object), {
    ...{ method: 'PUT', headers, body, abortSignal, redirect: 'return' },
  })
  if (response.ok) return
  const code = await codeOf(response)
  const details = { service: 's3', reason: code, status: response.status, bucket: object.bucket }
  const isPassing = response.status === 429 || response.status >= 500
  const message = `S3 did not store the document in the bucket "${object.bucket}": ${code}`
  if (isPassing) throw new TenonError('DOCUMENT_READ_FAILED', message, { details })
  throw new TenonError('DOCUMENT_NOT_ALLOWED', message, {
    remedy: 'Name a bucket in the region of the connection, in which its user may put, get and delete objects.',
    details,
  })
}

/** Deletes the object; an object that does not exist is no failure. @returns Code of the failure; `null` if nothing did. */
export async function deleteObject(
  origin: string,
  object: TemporaryObject,
  { http, abortSignal }: Context,
): Promise<string | null> {
  try {
    const response = await http.request(urlOf(origin, object), { method: 'DELETE', abortSignal, redirect: 'return' })
    return response.ok || response.status === 404 ? null : await codeOf(response)
  } catch (thrown) {
    abortSignal.throwIfAborted()
    if (thrown instanceof TenonError) return thrown.code
    throw thrown
  }
}

function urlOf(origin: string, { bucket, key }: TemporaryObject): string {
  return `${origin}/${[bucket, ...key.split('/')].map(encodePathSegment).join('/')}`
}

/** S3 answers with XML, of which the code alone is shown. */
async function codeOf(response: HttpResponse): Promise<string> {
  const text = new TextDecoder().decode(await response.bytes())
  return /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1] ?? `status ${response.status}`
}
