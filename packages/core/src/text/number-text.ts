const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/
/** Longest text that is read as a number; real numbers are shorter. */
const MOST_CHARACTERS = 400

/**
 * Checks whether a text is exactly a JSON number, without spaces or leading zeros: comparisons treat it as a number.
 * `"007"`, `"1,5"` and `" 5"` are only texts.
 */
export function isNumberText(text: string): boolean {
  return text.length <= MOST_CHARACTERS && JSON_NUMBER.test(text)
}
