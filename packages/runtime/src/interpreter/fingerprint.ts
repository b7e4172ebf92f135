import { isJsonObject, sha256Hex } from '@tenon/core/document'
import { maskCredentials } from '@tenon/core/mask'
import type { RunFailure } from '@tenon/core/run'

/** Characters of a message that count. */
const MAX_LENGTH = 2_000

/**
 * Parts of a message that differ between failures with the same cause, with their replacements: addresses, quoted texts,
 * and words with a digit, such as numbers, dates and ids, or of 8 and more hex digits.
 */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'`<>]+/gi, '<url>'],
  // A short identifier, such as the name of a field, is a part of the cause.
  [/"(?![a-z_][a-zA-Z_.]{1,39}")[^"]*"|“[^”]*”|„[^“”]*[“”]|`(?![a-z_][a-zA-Z_.]{1,39}`)[^`]*`/g, '<text>'],
  // An apostrophe within a word is no quote.
  [/(?<![\p{L}\p{N}])'(?![a-z_][a-zA-Z_.]{1,39}')[^']*'(?![\p{L}\p{N}])/gu, '<text>'],
  // Not the codes of systems, such as E11000 and ORA-01017: at the start or after "Error: ", or before a colon.
  [
    /(?<![\p{L}\p{N}_-])(?!(?<=^\s*|[eE]rror: )[A-Z]{1,8}\d{3,6}\b|[A-Z]{1,8}-?\d{3,6}:)[\p{L}\p{N}_-]*\p{N}[\p{L}\p{N}_-]*/gu,
    '<id>',
  ],
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
  const shown = maskCredentials(message.slice(0, MAX_LENGTH))
  return VARYING.reduce((text, [part, instead]) => text.replace(part, instead), shown).trim()
}

/**
 * Returns the fingerprint of a failure: equal for failures of one node with the same code, the same status of a service,
 * and the same message apart from numbers, ids, addresses, credentials and quoted texts. 32 hex digits. Runs of the same semantics
 * keep their fingerprints, since decisions contain them: a change of the rule needs new semantics.
 */
export function failureFingerprint(nodeId: string, error: RunFailure): string {
  const parts = [nodeId, error.code, statusOf(error), commonMessage(error.message)]
  return sha256Hex(JSON.stringify(parts)).slice(0, 32)
}
