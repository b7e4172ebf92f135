import type { HttpResponse, NodeFiles, NodeParams } from '@tenon/core/node'
import type { httpCall } from './definition.ts'
import { READING_METHODS, type Request } from './request.ts'

type Params = NodeParams<typeof httpCall>

/** Most bytes of files that are sent, since a redirect may have to send them again. */
export const MOST_BYTES = 33_554_432

/**
 * Puts a file in place of the body of a request that has one.
 *
 * @throws {@link TenonError} `FILE_NOT_FOUND`, `FILE_TOO_LARGE`.
 */
export async function withFile(request: Request, { bodyFile, method }: Params, files: NodeFiles): Promise<Request> {
  if (bodyFile === undefined || READING_METHODS.has(method)) return request
  const { headers = {}, ...init } = request.init
  const body = await files.read(bodyFile, MOST_BYTES)
  const isTyped = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  // The one of a body in JSON is not that of the file; a header of the author is.
  const type = isTyped && request.init.body === undefined ? {} : { 'content-type': bodyFile.type }
  return { ...request, init: { ...init, headers: { ...headers, ...type }, body } }
}

/** Stores the body of a response as a file. @returns Its reference, as a value. */
export async function storeBody(response: HttpResponse, files: NodeFiles) {
  const type = response.headers['content-type'] ?? 'application/octet-stream'
  return files.put(await response.bytes(), { name: nameOf(response), type })
}

/** Returns the name that a response gives its body, or the last part of its URL. */
function nameOf({ url, headers }: HttpResponse): string {
  const disposition = headers['content-disposition'] ?? ''
  const encoded = /(?:^|;)\s*filename\*\s*=\s*utf-8''([^;\s]+)/i.exec(disposition)?.[1]
  const plain = /(?:^|;)\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition)
  const path = URL.canParse(url) ? (new URL(url).pathname.split('/').at(-1) ?? '') : ''
  const named = encoded === undefined ? (plain?.[1]?.replaceAll(/\\(.)/g, '$1') ?? plain?.[2]) : decoded(encoded)
  return named ?? (path === '' ? 'download' : decoded(path))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
