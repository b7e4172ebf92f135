import type { RouteDefinition } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { inTime } from '../in-time.ts'
import { parseJsonText } from './json-text.ts'
import { isParsed } from './parsed-body.ts'

const DEFAULT_MAX_BYTES = 262_144

/** Bytes a second that extend the time limit of a body, so that a slow line is not taken for a stalled one. */
const BYTES_PER_SECOND = 8_192

/**
 * Reads the body of a request: size first, then media type, then syntax.
 *
 * @param timeoutMs - Longest wait for the body; a second more for each 8 kB that have arrived.
 * @returns The value of a JSON body, or bytes if the route takes the body as it was sent.
 * @throws {@link TenonError} `REQUEST_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `REQUEST_TIMEOUT`, `REQUEST_MALFORMED`,
 * `REQUEST_INVALID`, `REQUEST_BODY_CONSUMED`.
 */
export async function readBody(request: Request, route: RouteDefinition, timeoutMs: number): Promise<unknown> {
  const maxBytes = route.maxBodyBytes ?? DEFAULT_MAX_BYTES
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  // A page of another origin cannot send this type without asking first, so cookies cannot be abused.
  const mediaType = mediaTypeOf(request.headers)
  const isJson = mediaType === 'application/json' || route.otherBodies?.[mediaType] !== undefined
  if (!isJson && route.rawBody !== true) {
    throw new TenonError('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json')
  }
  if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity') {
    throw new TenonError('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed', {
      remedy: 'Send the body without Content-Encoding.',
    })
  }
  if (route.rawBody === true && isParsed(request)) {
    throw new TenonError('REQUEST_BODY_CONSUMED', 'A parser of the host has read the body, and its bytes are needed', {
      remedy: 'Mount Tenon before the body parser, or let the parser keep the bytes in req.rawBody.',
    })
  }
  const bytes = await readBytes(request, maxBytes, timeoutMs)
  if (route.rawBody === true) return bytes
  const text = decode(bytes)
  if (text.trim() === '' && route.bodyOptional === true) return {}
  return parseJsonText(text)
}

/** Returns the media type of a body without its parameters; empty without one. */
export function mediaTypeOf(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/**
 * Reads the bytes of a body, whatever they are.
 *
 * @throws {@link TenonError} `REQUEST_TOO_LARGE`, `REQUEST_TIMEOUT`, `REQUEST_MALFORMED`.
 */
export async function readBytes(
  request: Request,
  maxBytes: number,
  timeoutMs: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (request.body === null) return new Uint8Array()
  const reader = request.body.getReader()
  const startedAt = performance.now()
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const allowedMs = timeoutMs + (size * 1_000) / BYTES_PER_SECOND
      const { done, value } = await inTime(reader.read(), startedAt + allowedMs - performance.now(), tooSlow)
      if (done) return Buffer.concat(parts)
      size += value.byteLength
      if (size > maxBytes) throw tooLarge(maxBytes)
      parts.push(value)
    }
  } catch (cause) {
    // Not awaited: the source of a body that has stalled may never answer.
    void reader.cancel(cause).catch(() => undefined)
    if (cause instanceof TenonError) throw cause
    throw new TenonError('REQUEST_MALFORMED', 'The body could not be read', { cause })
  }
}

/** A byte order mark is no part of the text. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new TenonError('REQUEST_MALFORMED', 'The body could not be read as UTF-8', { cause })
  }
}

function tooSlow(): TenonError {
  return new TenonError('REQUEST_TIMEOUT', 'The body arrived too slowly')
}

function tooLarge(maxBytes: number): TenonError {
  return new TenonError('REQUEST_TOO_LARGE', `The body is larger than ${maxBytes} bytes`, { details: { maxBytes } })
}
