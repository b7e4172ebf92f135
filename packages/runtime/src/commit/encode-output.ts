import { type Json, MAX_INSTANT_MS } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
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
 * Checks that a wait is strict JSON, ends at an instant that can be stored, and takes a copy of what the person will see.
 *
 * @throws {@link TenonError} `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`; `NODE_OUTPUT_INVALID` for a `dueAt` that is not a whole
 * number of milliseconds from 1970 to 9999.
 */
export function storeWait(waitFor: WaitFor): WaitFor {
  encodeValue(waitFor)
  checkDueAt(waitFor)
  return waitFor.kind === 'approval' ? { ...waitFor, evidence: encodeValue(waitFor.evidence).json } : { ...waitFor }
}

function checkDueAt({ dueAt }: WaitFor): void {
  if (dueAt === null || (Number.isSafeInteger(dueAt) && dueAt >= 0 && dueAt <= MAX_INSTANT_MS)) return
  throw new TenonError(
    'NODE_OUTPUT_INVALID',
    `The node waits until ${dueAt}, which is not an instant from 1970 to 9999`,
    {
      remedy: 'Return dueAt in whole milliseconds since 1970',
    },
  )
}
