const SURROGATE = /[\ud800-\udfff]/

const isHigh = (code: number) => code >= 0xd800 && code <= 0xdbff
const isLow = (code: number) => code >= 0xdc00 && code <= 0xdfff

function unitsAt(text: string, at: number): number {
  return isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1)) ? 2 : 1
}

/** Counts the characters (code points) of a text; a lone surrogate counts as one. */
export function characterCount(text: string): number {
  if (!SURROGATE.test(text)) return text.length
  let count = 0
  for (let at = 0; at < text.length; at += unitsAt(text, at)) count += 1
  return count
}

/**
 * Returns the code unit at which character number `index` begins; beyond the last character, the length of the text.
 */
export function unitOffset(text: string, index: number): number {
  if (!SURROGATE.test(text)) return Math.min(index, text.length)
  let at = 0
  for (let count = 0; count < index && at < text.length; count += 1) at += unitsAt(text, at)
  return at
}

/** Returns the first `count` characters. */
export function takeCharacters(text: string, count: number): string {
  return text.slice(0, unitOffset(text, count))
}
