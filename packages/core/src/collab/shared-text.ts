import * as Y from 'yjs'

// An absent text has its Y.Text from the start. If it were created on the first key press, two people who begin at once
// would each create one, and one of the two would be lost.
const ABSENT = 'absent'

const HIGH_SURROGATE = /[\ud800-\udbff]$/
const LOW_SURROGATE = /^[\udc00-\udfff]/

/** Creates a Y.Text for an absent value; the value exists from the first character on. */
export function createAbsentText(): Y.Text {
  const text = new Y.Text()
  text.setAttribute(ABSENT, true)
  return text
}

/** Checks whether the text represents an absent value. */
export function isAbsentText(value: unknown): boolean {
  return value instanceof Y.Text && value.length === 0 && value.getAttribute(ABSENT) === true
}

/** Empties a text and marks its value as absent. */
export function clearText(text: Y.Text): void {
  text.delete(0, text.length)
  text.setAttribute(ABSENT, true)
}

/** Changes as few characters of a text as possible, so that concurrent typing is kept. */
export function updateText(text: Y.Text, next: string): void {
  if (next === '' && text.getAttribute(ABSENT) !== undefined) text.removeAttribute(ABSENT)
  const current = text.toString()
  if (current === next) return
  // Foreign content counts in the length but not in the string; positions would be wrong.
  if (text.length !== current.length) {
    text.delete(0, text.length)
    text.insert(0, next)
    return
  }
  const shorter = Math.min(current.length, next.length)
  let start = 0
  while (start < shorter && current[start] === next[start]) start++
  if (HIGH_SURROGATE.test(current.slice(0, start))) start--
  let end = 0
  while (end < shorter - start && current.at(-1 - end) === next.at(-1 - end)) end++
  if (end > 0 && LOW_SURROGATE.test(current.slice(current.length - end))) end--
  text.delete(start, current.length - start - end)
  text.insert(start, next.slice(start, next.length - end))
}
