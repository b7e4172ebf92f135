import { isJsonObject, sha256Hex } from '@tenon/core/document'
import type { RunFailure } from '@tenon/core/run'

/** Characters of a message that count. */
const MAX_LENGTH = 2_000

/**
 * Parts of a message that differ between failures with the same cause, with their replacements: addresses, quoted texts,
 * and words with a digit, such as numbers, dates and ids, or of 8 and more hex digits.
 */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'`<>]+/gi, '<url>'],
  [/"[^"]*"|“[^”]*”|„[^“”]*[“”]|`[^`]*`/g, '<text>'],
  // An apostrophe within a word is no quote.
  [/(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu, '<text>'],
  [/[\p{L}\p{N}_-]*\p{N}[\p{L}\p{N}_-]*/gu, '<id>'],
  [/\b[0-9a-f]{8,}\b/gi, '<id>'],
  [/\s+/g, ' '],
]

/** Returns the status with which a service has answered; `null` without one. */
function statusOf({ details }: RunFailure): number | null {
  const status = isJsonObject(details) ? details.status : null
  return typeof status === 'number' ? status : null
}

/** Removes from a message what differs between failures with the same cause. */
export function commonMessage(message: string): string {
  return VARYING.reduce((text, [part, instead]) => text.replace(part, instead), message.slice(0, MAX_LENGTH)).trim()
}

/**
 * Returns the fingerprint of a failure: equal for failures of one node with the same code, the same status of a service,
 * and the same message apart from numbers, ids, addresses and quoted texts. 32 hex digits. Runs of the same semantics
 * keep their fingerprints, since decisions contain them: a change of the rule needs new semantics.
 */
export function failureFingerprint(nodeId: string, error: RunFailure): string {
  const parts = [nodeId, error.code, statusOf(error), commonMessage(error.message)]
  return sha256Hex(JSON.stringify(parts)).slice(0, 32)
}
