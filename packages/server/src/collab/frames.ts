import { TenonError } from '@tenon/core/errors'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

/** Message types of y-protocols as a stock y-websocket provider speaks them, and one of ours. */
const SYNC = 0
const AWARENESS = 1
const QUERY_AWARENESS = 3
/** Only on `tenon.v1` sockets: what is stored, as a state vector, and how many of the member's updates are. */
const SAVED = 100

const SYNC_STEP_1 = 0
const SYNC_STEP_2 = 1
const SYNC_UPDATE = 2

/** One client's presence: its state as JSON text, `'null'` when it has gone. */
export interface AwarenessEntry {
  readonly clientId: number
  readonly clock: number
  readonly state: string
}

export type CollabFrame =
  | { readonly kind: 'sync-step-1'; readonly stateVector: Uint8Array }
  | { readonly kind: 'update'; readonly update: Uint8Array }
  | { readonly kind: 'awareness'; readonly entries: readonly AwarenessEntry[] }
  | { readonly kind: 'query-awareness' }

/** More presence entries than people that can be in one room. */
const MAX_ENTRIES = 1_000

/**
 * Reads a frame from a client; the answer to our state vector and a live update come out alike.
 *
 * @throws {@link TenonError} `COLLAB_FRAME_INVALID`.
 */
export function decodeFrame(data: string | Uint8Array): CollabFrame {
  if (typeof data === 'string') throw frameInvalid('Text frames have no meaning here')
  try {
    return readFrame(decoding.createDecoder(data))
  } catch (cause) {
    throw cause instanceof TenonError ? cause : frameInvalid('The frame cannot be read', cause)
  }
}

function readFrame(decoder: decoding.Decoder): CollabFrame {
  const type = decoding.readVarUint(decoder)
  if (type === QUERY_AWARENESS) return { kind: 'query-awareness' }
  if (type === AWARENESS) {
    return { kind: 'awareness', entries: readAwareness(decoding.createDecoder(decoding.readVarUint8Array(decoder))) }
  }
  if (type !== SYNC) throw frameInvalid(`Unknown message type ${type}`)
  const step = decoding.readVarUint(decoder)
  const payload = decoding.readVarUint8Array(decoder)
  if (step === SYNC_STEP_1) return { kind: 'sync-step-1', stateVector: payload }
  if (step === SYNC_STEP_2 || step === SYNC_UPDATE) return { kind: 'update', update: payload }
  throw frameInvalid(`Unknown sync message ${step}`)
}

function readAwareness(decoder: decoding.Decoder): AwarenessEntry[] {
  const count = decoding.readVarUint(decoder)
  if (count > MAX_ENTRIES) throw frameInvalid('Too many presence entries')
  return Array.from({ length: count }, () => ({
    clientId: decoding.readVarUint(decoder),
    clock: decoding.readVarUint(decoder),
    state: decoding.readVarString(decoder),
  }))
}

export function frameInvalid(message: string, cause?: unknown): TenonError {
  return new TenonError('COLLAB_FRAME_INVALID', message, { cause })
}

export function encodeSyncStep1(stateVector: Uint8Array): Uint8Array {
  return encodeSync(SYNC_STEP_1, stateVector)
}

export function encodeSyncStep2(update: Uint8Array): Uint8Array {
  return encodeSync(SYNC_STEP_2, update)
}

export function encodeUpdate(update: Uint8Array): Uint8Array {
  return encodeSync(SYNC_UPDATE, update)
}

/**
 * Makes the frame that reports what is stored.
 *
 * @param taken - Number of stored updates of this member on this socket; a state vector does not cover deletions.
 */
export function encodeSaved(stateVector: Uint8Array, taken: number): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, SAVED)
  encoding.writeVarUint8Array(encoder, stateVector)
  encoding.writeVarUint(encoder, taken)
  return encoding.toUint8Array(encoder)
}

export function encodeAwareness(entries: readonly AwarenessEntry[]): Uint8Array {
  const inner = encoding.createEncoder()
  encoding.writeVarUint(inner, entries.length)
  for (const entry of entries) {
    encoding.writeVarUint(inner, entry.clientId)
    encoding.writeVarUint(inner, entry.clock)
    encoding.writeVarString(inner, entry.state)
  }
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, AWARENESS)
  encoding.writeVarUint8Array(encoder, encoding.toUint8Array(inner))
  return encoding.toUint8Array(encoder)
}

function encodeSync(step: number, payload: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, SYNC)
  encoding.writeVarUint(encoder, step)
  encoding.writeVarUint8Array(encoder, payload)
  return encoding.toUint8Array(encoder)
}
