import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { TenonError } from '@tenon/core/errors'
import { announcesBody, type HostRequest } from './incoming-message.ts'

/** The body of a Node request for the web-standard side. */
export interface RequestBody {
  readonly body: BodyInit | null
  /** True if length and encoding are those that the request announced. */
  readonly isAsSent: boolean
  /** True for a parsed value that is written as JSON again, so that the bytes may be others. */
  readonly isRewritten: boolean
}

/**
 * Finds the body of a request: unread, or parsed by the host. An unread stream is read; after a body parser its result
 * is used, the raw bytes before the parsed value, which routes that need the bytes refuse. A stream that was read by something that kept nothing gives a body
 * that fails with `REQUEST_BODY_CONSUMED`, so that the request is answered in the usual order of checks.
 *
 * @param parsed - The parsed body, where the framework keeps it apart from the Node request.
 */
export function bodyOf(incoming: HostRequest, parsed: unknown = incoming.body): RequestBody {
  // A parser that does not know the media type leaves an empty object and the stream as it was: the stream counts.
  if (!incoming.readableDidRead && !incoming.readableEnded) {
    const stream = Readable.toWeb(incoming) as NodeReadableStream<Uint8Array>
    return { body: stream as ReadableStream<Uint8Array>, isAsSent: true, isRewritten: false }
  }
  for (const candidate of [incoming.rawBody, parsed]) {
    if (typeof candidate === 'string') return { body: candidate, isAsSent: false, isRewritten: false }
    if (candidate instanceof Uint8Array) return { body: new Uint8Array(candidate), isAsSent: false, isRewritten: false }
  }
  if (parsed !== undefined) return { body: textOf(parsed), isAsSent: false, isRewritten: true }
  return { body: announcesBody(incoming) ? consumedBody() : null, isAsSent: false, isRewritten: false }
}

function textOf(parsed: unknown): BodyInit {
  try {
    return JSON.stringify(parsed) ?? consumedBody()
  } catch {
    return consumedBody()
  }
}

function consumedBody(): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(
        new TenonError('REQUEST_BODY_CONSUMED', 'The host has read the body and did not keep it in req.body'),
      )
    },
  })
}
