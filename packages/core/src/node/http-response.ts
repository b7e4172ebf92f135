import { TenonError } from '../errors/index.ts'
import { cutText } from '../text/cut-text.ts'
import { decodeText, isTextType, mediaTypeOf } from '../text/decode-text.ts'
import { parseJson } from '../text/parse-json.ts'
import type { HttpResponse } from './ports.ts'

/** A received response with its decompressed body. */
export interface RawHttpResponse {
  /** HTTP status, 100 to 599. */
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** URL of the response, after redirects. */
  readonly url: string
  /** The body; empty if there is none. */
  readonly bytes: Uint8Array
}

/**
 * Creates a response with its readers, for implementations of `HttpClient`.
 *
 * @returns A response whose `text()` and `json()` never replace a byte and never round an integer.
 */
export function createHttpResponse({ status, headers, url, bytes }: RawHttpResponse): HttpResponse {
  const contentType = headers['content-type']
  const invalid = (why: string, remedy: string): TenonError =>
    new TenonError('HTTP_RESPONSE_INVALID', `The response ${why}`, {
      remedy,
      details: { status, contentType: contentType ?? null },
    })
  const decode = (): string => {
    const decoded = decodeText(bytes, contentType)
    if (decoded.ok) return decoded.text
    const charset = cutText(decoded.charset, 40)
    throw decoded.fault === 'charset_unknown'
      ? invalid(`has the unknown charset "${charset}"`, 'Read the response as bytes.')
      : invalid(
          `is not valid ${charset}`,
          'Read the response as bytes, or correct the charset that the service declares.',
        )
  }
  return {
    status,
    ok: status >= 200 && status < 300,
    headers,
    url,
    bytes: async () => bytes,
    text: async () => {
      const mediaType = mediaTypeOf(contentType)
      if (isTextType(mediaType) || bytes.byteLength === 0) return decode()
      throw invalid(`is not text but ${cutText(mediaType, 80)}`, 'Read the response as bytes.')
    },
    json: async () => {
      const reading = parseJson(decode(), { onLoss: 'keep' })
      if (reading.ok) return reading.value
      const why = reading.fault === 'syntax' ? 'is not JSON' : `cannot be accepted: ${reading.issues[0]?.message}`
      throw invalid(why, 'Set the response format to text, or correct the service.')
    },
  }
}
