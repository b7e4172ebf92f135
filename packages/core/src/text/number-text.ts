const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/
/** No number that a person or a service writes is longer; beyond it a text is only a text. */
const MOST_CHARACTERS = 400

/**
 * Checks whether a text is exactly a JSON number, without spaces or leading zeros: then a comparison reads it as one.
 * `"007"`, `"1,5"` and `" 5"` are only texts.
 */
export function isNumberText(text: string): boolean {
  return text.length <= MOST_CHARACTERS && JSON_NUMBER.test(text)
}
