import type { Json } from '@tenon/core/document'
import type { WaitFor } from '@tenon/core/node'
import { encodeValue, refOfEncoded, type ValueRef } from '@tenon/core/run'
import type { Payload } from '../store/append-types.ts'

/** A value on its way into the log, with the payload that goes beside it when it is large. */
export interface StoredValue {
  readonly ref: ValueRef
  /** A copy that shares nothing with what the node gave. */
  readonly json: Json
  readonly payloads: readonly Payload[]
}

/**
 * Turns what a node gave into what the log stores.
 *
 * @throws {@link TenonError} `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`.
 */
export function storeValue(value: unknown): StoredValue {
  const encoded = encodeValue(value)
  const ref = refOfEncoded(encoded)
  const payloads =
    ref.inline === undefined ? [{ hash: ref.hash, size: ref.size, text: encoded.text, json: encoded.json }] : []
  return { ref, json: encoded.json, payloads }
}

/**
 * Checks that a wait is strict JSON and takes a copy of what the person will see.
 *
 * @throws {@link TenonError} `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`.
 */
export function storeWait(waitFor: WaitFor): WaitFor {
  encodeValue(waitFor)
  return waitFor.kind === 'approval' ? { ...waitFor, evidence: encodeValue(waitFor.evidence).json } : { ...waitFor }
}
