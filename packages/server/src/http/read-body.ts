import type { RouteDefinition } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { parseJsonText } from './json-text.ts'

const DEFAULT_MAX_BYTES = 262_144

/** How long a body may take: a start, and more for each byte that has come, so that a slow line is not a stalled one. */
export interface BodyPace {
  /** Milliseconds before the first bytes must have come. @defaultValue 20_000 */
  readonly startMs: number
  /** Bytes a second below which a body is cut off after that. @defaultValue 8_192 */
  readonly bytesPerSecond: number
}

const DEFAULT_PACE: BodyPace = { startMs: 20_000, bytesPerSecond: 8_192 }

/**
 * Reads the JSON body of a request: size first, then media type, then syntax.
 *
 * @throws {@link TenonError} `REQUEST_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `REQUEST_TIMEOUT`, `REQUEST_MALFORMED`,
 * `REQUEST_INVALID`, `REQUEST_BODY_CONSUMED`.
 */
export async function readBody(
  request: Request,
  route: RouteDefinition,
  pace: BodyPace = DEFAULT_PACE,
): Promise<unknown> {
  const maxBytes = route.maxBodyBytes ?? DEFAULT_MAX_BYTES
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  // A page of another origin cannot send this type without asking first, so cookies cannot be abused.
  const mediaType = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') {
    throw new TenonError('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json')
  }
  if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity') {
    throw new TenonError('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed', {
      remedy: 'Send the body without Content-Encoding.',
    })
  }
  const text = await readText(request, maxBytes, pace)
  if (text.trim() === '' && route.bodyOptional === true) return {}
  return parseJsonText(text)
}

async function readText(request: Request, maxBytes: number, pace: BodyPace): Promise<string> {
  if (request.body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = request.body.getReader()
  const startedAt = performance.now()
  let text = ''
  let size = 0
  try {
    for (;;) {
      const allowedMs = pace.startMs + (size * 1_000) / pace.bytesPerSecond
      const { done, value } = await inTime(reader.read(), startedAt + allowedMs - performance.now())
      if (done) return text + decoder.decode()
      size += value.byteLength
      if (size > maxBytes) throw tooLarge(maxBytes)
      text += decoder.decode(value, { stream: true })
    }
  } catch (cause) {
    // Not awaited: the source of a body that has stalled may never answer.
    void reader.cancel(cause).catch(() => undefined)
    if (cause instanceof TenonError) throw cause
    throw new TenonError('REQUEST_MALFORMED', 'The body could not be read as UTF-8', { cause })
  }
}

/** @throws {@link TenonError} `REQUEST_TIMEOUT` when the next bytes take longer than `waitMs`. */
async function inTime<Value>(next: Promise<Value>, waitMs: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TenonError('REQUEST_TIMEOUT', 'The body arrived too slowly')), waitMs)
  })
  try {
    return await Promise.race([next, late])
  } finally {
    clearTimeout(timer)
  }
}

function tooLarge(maxBytes: number): TenonError {
  return new TenonError('REQUEST_TOO_LARGE', `The body is larger than ${maxBytes} bytes`, { details: { maxBytes } })
}
