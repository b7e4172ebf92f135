import { ROUTES } from '@tenon/core/api'
import type { Json } from '@tenon/core/document'
import type { z } from 'zod'
import type { EventToSend } from './send-event.ts'

/** Schema of a CloudEvent in structured mode. */
export const CLOUD_EVENT_SCHEMA = ROUTES.sendEvent.otherBodies['application/cloudevents+json']
/** A CloudEvent as the API accepts it. */
export type CloudEvent = z.output<typeof CLOUD_EVENT_SCHEMA>

/** Headers that a CloudEvent in binary mode has as attributes. */
const ATTRIBUTES = ['specversion', 'id', 'source', 'type', 'time', 'subject'] as const

/** Checks whether a request has a CloudEvent in binary mode: its attributes are headers, and its data is the body. */
export function isBinaryMode(headers: Headers): boolean {
  return headers.has('ce-specversion')
}

/**
 * Returns a CloudEvent in binary mode in the JSON form, in which it is checked.
 *
 * @see CloudEvents HTTP protocol binding 1.0.2, section 3.1.3.2, for the encoding of headers
 */
export function fromHeaders(headers: Headers, data: unknown): Record<string, unknown> {
  const event: Record<string, unknown> = { data }
  for (const name of ATTRIBUTES) {
    const value = headers.get(`ce-${name}`)
    if (value !== null) event[name] = decoded(value)
  }
  return event
}

/** Returns a CloudEvent as an event for triggers and waits; its subject is the key of waits. */
export function eventOf(event: CloudEvent): EventToSend {
  const { id, source, type, time, subject, data, data_base64: bytes } = event
  return {
    ...{ id, source, type },
    time: time === undefined ? null : new Date(time).toISOString(),
    subject: subject ?? null,
    data: data ?? bytes ?? (null as Json),
    ...{ isKeptForWaits: 'if-room', ttl: null },
  }
}

/** A sequence that is no percent-encoded text stays as it is. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
