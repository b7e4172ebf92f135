import { hash } from 'node:crypto'
import { type Json, MAX_INSTANT_MS } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { findApproversFault, type WaitFor } from '@tenon/core/node'
import { encodeValue, MAX_INLINE_BYTES, refOfEncoded, type TextDigest, type ValueRef } from '@tenon/core/run'
import { fileMarksIn } from '../files/file-marks.ts'
import type { Payload } from '../store/append.ts'

/** A value for the log, with a payload if it is large. */
export interface StoredValue {
  readonly ref: ValueRef
  /** Copy that shares nothing with the value of the node. */
  readonly json: Json
  /** The value itself if it is too large for the log, and the marks of the files in it. */
  readonly payloads: readonly Payload[]
}

/** Returns the digest of a text by the platform's SHA-256. */
function nativeDigest(text: string): TextDigest {
  return { hash: hash('sha256', text), size: Buffer.byteLength(text) }
}

/**
 * Converts a value of a node to its form in the log.
 *
 * @param maxInline - Most bytes that the log itself takes. @defaultValue those of any value in the log
 * @throws {@link TenonError} `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`.
 */
export function storeValue(value: unknown, maxInline: number = MAX_INLINE_BYTES): StoredValue {
  const encoded = encodeValue(value)
  const whole = refOfEncoded(encoded, nativeDigest)
  const ref = whole.inline === undefined || whole.size <= maxInline ? whole : withoutInline(whole)
  const files = fileMarksIn(encoded.text)
  const payloads =
    ref.inline === undefined
      ? [{ hash: ref.hash, size: ref.size, text: encoded.text, json: encoded.json }, ...files]
      : files
  return { ref, json: encoded.json, payloads }
}

function withoutInline({ inline: _, ...ref }: ValueRef): ValueRef {
  return ref
}

/**
 * Most characters of a wait with its evidence, as JSON: it is stored in the log and the row of the wait, and is part of
 * every list.
 */
export const MAX_WAIT_LENGTH = 262_144

/**
 * Checks and copies a wait from a node, so that later changes by the node do not affect the log.
 *
 * @throws {@link TenonError} `VALUE_NOT_JSON`; `VALUE_TOO_LARGE` beyond 262,144 characters of JSON with its evidence;
 * `NODE_OUTPUT_INVALID` for an unknown kind, an approval
 * without choices or with approvers that are no lists of texts, or a `dueAt` that is not a whole number of milliseconds from 1970 to 9999.
 */
export function storeWait(waitFor: WaitFor): WaitFor {
  const copy = encodeValue(waitFor, { maxLength: MAX_WAIT_LENGTH }).json as WaitFor
  const problem = problemOf(copy)
  if (problem === null) return copy
  throw new TenonError('NODE_OUTPUT_INVALID', problem.message, { remedy: problem.remedy })
}

interface WaitProblem {
  readonly message: string
  readonly remedy: string
}

function problemOf(waitFor: WaitFor | null): WaitProblem | null {
  const kind = waitFor?.kind
  if (kind !== 'approval' && kind !== 'time' && kind !== 'event' && kind !== 'callback') {
    return {
      message: `Unknown kind of wait "${kind}"`,
      remedy: 'Return suspend with the kind approval, time, event or callback',
    }
  }
  if (waitFor?.kind === 'approval' && !isDecidable(waitFor)) {
    return {
      message: 'The approval has no choices, or does not require a whole number of at least 1 vote',
      remedy: 'Return suspend with at least one text in choices, and required as an integer above 0',
    }
  }
  const fault = waitFor?.kind === 'approval' ? findApproversFault(waitFor.approvers) : null
  if (fault !== null) {
    return {
      message: `The approvers of the approval are invalid, approvers${fault.path}: ${fault.message}`,
      remedy: 'Return suspend with approvers whose roles and userIds are lists of texts, or {}',
    }
  }
  if (waitFor?.kind === 'approval' && 'call' in waitFor) {
    return {
      message: 'The approval names a call',
      remedy: 'Return suspend with the kind calls, and the approval in it',
    }
  }
  if (waitFor?.kind === 'event' && !(isName(waitFor.name, 200) && isName(waitFor.key, 400))) {
    return {
      message: 'The name of the event must have 1 to 200 characters, and its key 1 to 400',
      remedy: 'Return suspend with a name and a key within these lengths',
    }
  }
  const dueAt = waitFor?.dueAt
  if (kind !== 'time' && dueAt === null) return null
  if (Number.isSafeInteger(dueAt) && Number(dueAt) >= 0 && Number(dueAt) <= MAX_INSTANT_MS) return null
  return {
    message: `The node waits until ${dueAt}, which is not an instant from 1970 to 9999`,
    remedy: 'Return dueAt in whole milliseconds since 1970',
  }
}

function isName(text: unknown, maxLength: number): boolean {
  return typeof text === 'string' && text.length >= 1 && text.length <= maxLength
}

function isDecidable({ choices, required }: Extract<WaitFor, { kind: 'approval' }>): boolean {
  const isList = Array.isArray(choices) && choices.length > 0 && choices.every((choice) => typeof choice === 'string')
  return isList && Number.isSafeInteger(required) && required >= 1
}
