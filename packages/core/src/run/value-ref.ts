import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { isJsonObject, type Json } from '../json.ts'
import { type EncodedValue, encodeValue } from './encode.ts'
import type { ValueRef } from './values.ts'

/** A value whose canonical text has at most so many bytes stands in the run log itself. */
export const MAX_INLINE_BYTES = 16_384

/**
 * Names an encoded value as the run log does: for the executor, which has the text already.
 *
 * @returns `inline` only up to {@link MAX_INLINE_BYTES}; beyond that the caller stores the text under `hash`.
 */
export function refOfEncoded({ json, text }: EncodedValue): ValueRef {
  const bytes = utf8ToBytes(text)
  return {
    hash: bytesToHex(sha256(bytes)),
    size: bytes.length,
    ...(isJsonObject(json) ? { keys: Object.keys(json) } : {}),
    ...(bytes.length <= MAX_INLINE_BYTES ? { inline: json } : {}),
  }
}

/**
 * Names a JSON value as the run log does: hash, size, top-level keys and, when small, the value itself.
 * Pure, so that the machine may use it.
 *
 * @throws {@link TenonError} `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` as {@link encodeValue}.
 *
 * @example
 * ```ts
 * makeValueRef({}).size // 2
 * ```
 */
export function makeValueRef(json: Json): ValueRef {
  return refOfEncoded(encodeValue(json))
}
