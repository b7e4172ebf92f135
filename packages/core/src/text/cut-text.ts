/** UTF-16 units around the cut that are searched for the beginning of the character there. */
const WINDOW = 64
/** First UTF-16 unit of a character that can join the one before it. */
const FIRST_JOINING_UNIT = 0x300

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff

/** Finds the last index at or before `at` that does not split a surrogate pair. */
function pairBoundary(text: string, at: number): number {
  return at > 0 && isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at)) ? at - 1 : at
}

/** Finds the last index at or before `at` at which a grapheme begins; an emoji with its joiners is one grapheme. */
function characterBoundary(text: string, at: number): number {
  const boundary = pairBoundary(text, at)
  const joins = text.charCodeAt(at) >= FIRST_JOINING_UNIT || text.charCodeAt(at - 1) >= FIRST_JOINING_UNIT
  // Old browsers have no segmenter; they cut between code points.
  if (!joins || typeof Intl.Segmenter !== 'function') return boundary
  const start = pairBoundary(text, Math.max(0, at - WINDOW))
  const window = text.slice(start, pairBoundary(text, Math.min(text.length, at + WINDOW)))
  const segments = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(window)
  // The window contains this index, so a segment exists.
  const { index } = segments.containing(at - start) as Intl.SegmentData
  // A character longer than the window is cut between two code points.
  return index === 0 ? boundary : start + index
}

/**
 * Cuts a text from outside to a length, never within a surrogate pair, and not within a grapheme (an emoji with its
 * joiners, a letter with its accents) of fewer than 64 units.
 *
 * @param maxLength - Longest result in UTF-16 units, ≥ 0.
 * @param ending - End of a cut text, such as `…`; it counts towards `maxLength`. @defaultValue `''`
 *
 * @example
 * ```ts
 * cutText('ab😀', 3) // 'ab'
 * cutText('abcdef', 4, '…') // 'abc…'
 * ```
 */
export function cutText(text: string, maxLength: number, ending = ''): string {
  if (text.length <= maxLength) return text
  const room = Math.max(0, maxLength - ending.length)
  return text.slice(0, room === 0 ? 0 : characterBoundary(text, room)) + ending
}
