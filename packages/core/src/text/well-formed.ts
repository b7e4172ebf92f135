// Most texts have no surrogate at all, which costs far less to see than that none of them is alone.
const SURROGATE = /[\ud800-\udfff]/
const LONE_SURROGATE = /\p{Surrogate}/u
const LONE_SURROGATES = /\p{Surrogate}/gu

/** Checks that a text has no lone surrogate, so that UTF-8 can represent it. */
export function isWellFormed(text: string): boolean {
  return !SURROGATE.test(text) || !LONE_SURROGATE.test(text)
}

/** Replaces each lone surrogate by U+FFFD, as `String.prototype.toWellFormed` does. */
export function toWellFormed(text: string): string {
  return LONE_SURROGATE.test(text) ? text.replace(LONE_SURROGATES, '\uFFFD') : text
}

/**
 * Converts a text from outside to one that a text column can store: for error messages and log lines, where a changed
 * character is better than a lost line. A lone surrogate becomes U+FFFD, NUL becomes U+2400 (`␀`).
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
 * Returns the reason why a text cannot be a name, a key, an id or an outcome; `null` if it can. Such texts are refused,
 * not repaired, since two of them must not become equal.
 */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return 'has a NUL character'
  return isWellFormed(text) ? null : 'has a lone surrogate'
}
