import { TenonError } from '@tenon/core/errors'
import { inTime } from '../in-time.ts'
import { isParsed } from './parsed-body.ts'

/** Least bytes of a body for each second on average, and the time from which they are counted. */
const LEAST_PER_SECOND = 1_000
const COUNTED_AFTER_MS = 60_000

/**
 * Opens the body of a request as a stream, for a handler that reads it part by part: what is not read is not sent.
 *
 * The media type is one that a page of another origin cannot send without asking first, so cookies cannot be abused.
 *
 * @param timeoutMs - Longest wait for the next bytes.
 * @param now - Milliseconds of a clock that only moves forward.
 * @returns A stream that fails with `REQUEST_TIMEOUT` if the sender stalls or, after a minute, sends less than 1 kB a second, and `REQUEST_MALFORMED` if it breaks off.
 * @throws {@link TenonError} `UNSUPPORTED_MEDIA_TYPE`, `REQUEST_BODY_CONSUMED`.
 */
export function openBody(
  request: Request,
  timeoutMs: number,
  now: () => number = () => performance.now(),
): ReadableStream<Uint8Array> {
  const mediaType = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/octet-stream') {
    throw new TenonError('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/octet-stream', {
      remedy: 'Send Content-Type: application/octet-stream, and the type of the file as ?type=.',
    })
  }
  if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity') {
    throw new TenonError('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed', {
      remedy: 'Send the body without Content-Encoding.',
    })
  }
  if (isParsed(request)) {
    throw new TenonError('REQUEST_BODY_CONSUMED', 'A parser of the host has read the body, and its bytes are needed', {
      remedy: 'Mount Tenon before the body parser, or let the parser keep the bytes in req.rawBody.',
    })
  }
  const reader = request.body?.getReader()
  const startedAt = now()
  let received = 0
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const next = reader === undefined ? DONE : await inTime(reader.read(), timeoutMs, tooSlow)
          if (next.done) {
            controller.close()
            return
          }
          received += next.value.byteLength
          const elapsedMs = now() - startedAt
          if (elapsedMs > COUNTED_AFTER_MS && received < (elapsedMs / 1_000) * LEAST_PER_SECOND) throw tooSlow()
          controller.enqueue(next.value)
        } catch (cause) {
          // Not awaited: the source of a body that has stalled may never answer.
          void reader?.cancel(cause).catch(() => undefined)
          throw cause instanceof TenonError
            ? cause
            : new TenonError('REQUEST_MALFORMED', 'The body could not be read', { cause })
        }
      },
      cancel: async (reason) => {
        await reader?.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

const DONE = { done: true, value: undefined } as const

function tooSlow(): TenonError {
  return new TenonError('REQUEST_TIMEOUT', 'The body arrived too slowly')
}
