/** Line breaks, controls, invisible characters, and characters that change the direction of text. */
const HIDDEN =
  /[\p{Cc}\u00AD\u061C\u200B\u200E\u200F\u2028\u2029\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF\u{E0000}-\u{E007F}]+/u
const ALL_HIDDEN = new RegExp(HIDDEN, 'gu')

/**
 * Checks a name for invisible characters: line breaks, controls, zero-width and bidi characters. Such a name could look
 * like another one in a list or a log.
 */
export function hasHiddenCharacters(name: string): boolean {
  return HIDDEN.test(name)
}

/**
 * Replaces each run of hidden characters by one space, and trims the result.
 *
 * @example
 * ```ts
 * withoutHiddenCharacters('Send\nmail') // 'Send mail'
 * ```
 */
export function withoutHiddenCharacters(name: string): string {
  return name.replaceAll(ALL_HIDDEN, ' ').replaceAll(/ {2,}/g, ' ').trim()
}
