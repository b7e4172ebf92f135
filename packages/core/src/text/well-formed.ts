// Most texts have no surrogate at all, which costs far less to see than that none of them is alone.
const SURROGATE = /[\ud800-\udfff]/
const LONE_SURROGATE = /\p{Surrogate}/u
const LONE_SURROGATES = /\p{Surrogate}/gu

/** Checks whether a text has no half of a surrogate pair, so that UTF-8 can hold it. */
export function isWellFormed(text: string): boolean {
  return !SURROGATE.test(text) || !LONE_SURROGATE.test(text)
}

/** Replaces each half of a surrogate pair by U+FFFD, as `String.prototype.toWellFormed` does. */
export function toWellFormed(text: string): string {
  return LONE_SURROGATE.test(text) ? text.replace(LONE_SURROGATES, '\uFFFD') : text
}

/**
 * Makes a text from outside storable in a text column: for messages of errors and lines of logs, where a changed
 * character is better than a lost line. Half of a surrogate pair becomes U+FFFD, NUL becomes U+2400 (`␀`).
 *
 * @example
 * ```ts
 * repairText('a\0b') // 'a␀b'
 * ```
 */
export function repairText(text: string): string {
  const wellFormed = toWellFormed(text)
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\u2400') : wellFormed
}

/**
 * Says why a text cannot be a name, a key, an id or an outcome; null if it can. Such texts are refused, not repaired,
 * since two of them must not become the same.
 */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return 'has a NUL character'
  return isWellFormed(text) ? null : 'has a lone surrogate'
}
