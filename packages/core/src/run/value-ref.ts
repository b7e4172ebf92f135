import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { TenonError } from '../errors/index.ts'
import { isJsonObject, type Json } from '../json.ts'
import { type EncodedValue, encodeValue } from './encode.ts'
import type { ValueRef } from './values.ts'

/** Largest canonical text, in bytes, that the run log itself stores. */
export const MAX_INLINE_BYTES = 16_384

/** Most characters of the top-level keys of an object. The run log stores the keys of values of any size. */
export const MAX_KEYS_LENGTH = 65_536

/** SHA-256 of a text in UTF-8 as hex digits, and its length in bytes. */
export interface TextDigest {
  /** 64 hex digits in lower case. */
  readonly hash: string
  /** Bytes of the text in UTF-8. */
  readonly size: number
}

/**
 * Creates the reference of an encoded value, for the executor, which has the text already.
 *
 * @param digestOf - Computes the digest of the text. Servers pass that of the platform, which is many times faster.
 * @defaultValue a portable implementation
 * @throws {@link TenonError} `VALUE_TOO_LARGE` if the keys of an object have more than {@link MAX_KEYS_LENGTH} characters.
 * @returns `inline` only up to {@link MAX_INLINE_BYTES}; beyond that the caller stores the text under `hash`.
 */
export function refOfEncoded(
  { json, text }: EncodedValue,
  digestOf: (text: string) => TextDigest = portableDigest,
): ValueRef {
  const keys = isJsonObject(json) ? Object.keys(json) : null
  if (keys !== null) checkKeys(keys)
  const { hash, size } = digestOf(text)
  // Without spread syntax, since this runs for every value of a run.
  const ref: { -readonly [Field in keyof ValueRef]: ValueRef[Field] } = { hash, size }
  if (keys !== null) ref.keys = keys
  if (size <= MAX_INLINE_BYTES) ref.inline = json
  return ref
}

function portableDigest(text: string): TextDigest {
  const bytes = utf8ToBytes(text)
  return { hash: bytesToHex(sha256(bytes)), size: bytes.length }
}

/**
 * Creates the reference of a JSON value in the run log: hash, size, top-level keys and, if small, the value itself.
 * Pure, so that the machine can use it.
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

function checkKeys(keys: readonly string[]): void {
  let length = 0
  for (const key of keys) length += key.length
  if (length <= MAX_KEYS_LENGTH) return
  throw new TenonError(
    'VALUE_TOO_LARGE',
    `The keys of the value have ${length} characters, more than ${MAX_KEYS_LENGTH}`,
    { remedy: 'Put the entries into a list, or under one key.' },
  )
}
