/** Returns the first index ≥ `from` at which the searched text begins; -1 if there is none. */
export type TextFinder = (text: string, from: number) => number

const NATIVE_LENGTH = 32

function borders(sought: string): Int32Array {
  const table = new Int32Array(sought.length)
  let matched = 0
  for (let at = 1; at < sought.length; at += 1) {
    while (matched > 0 && sought[at] !== sought[matched]) matched = table[matched - 1] as number
    if (sought[at] === sought[matched]) matched += 1
    table[at] = matched
  }
  return table
}

/**
 * Creates a search for one text in others, in linear time. The search of JavaScript engines takes quadratic time in the
 * worst case, so it is used for short texts only.
 */
export function createTextFinder(sought: string): TextFinder {
  if (sought.length <= NATIVE_LENGTH) return (text, from) => text.indexOf(sought, from)
  let known: Int32Array | undefined
  return (text, from) => {
    if (sought.length > text.length - from) return -1
    known ??= borders(sought)
    const table = known
    let matched = 0
    for (let at = from; at < text.length; at += 1) {
      while (matched > 0 && text[at] !== sought[matched]) matched = table[matched - 1] as number
      if (text[at] === sought[matched]) matched += 1
      if (matched === sought.length) return at + 1 - matched
    }
    return -1
  }
}
