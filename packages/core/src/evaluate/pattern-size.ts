const COUNTED = /^\{(\d+)(?:,(\d*))?\}/
const BRACED_ESCAPE = /^\\[xpP]\{[^}]*\}/

/** Returns the end of the class that opens at `at`; a bracket directly after the opening is one of its characters. */
function classEnd(pattern: string, at: number): number {
  let end = at + 1
  if (pattern[end] === '^') end += 1
  if (pattern[end] === ']') end += 1
  while (end < pattern.length && pattern[end] !== ']') end += pattern[end] === '\\' ? 2 : 1
  return end + 1
}

/**
 * Estimates the number of instructions of a pattern before it is compiled, as a lower bound: repetitions are expanded,
 * so `(a{30}){30}` has at least 900. `Infinity` for `\Q`, which would hide the text that follows.
 */
export function patternSizeBound(pattern: string): number {
  if (pattern.includes('\\Q')) return Number.POSITIVE_INFINITY
  const levels: number[] = []
  let size = 0
  let last = 0
  let at = 0
  while (at < pattern.length) {
    const rest = pattern.slice(at)
    const counted = COUNTED.exec(rest)
    const character = pattern[at]
    if (counted !== null) {
      const times = Math.max(Number(counted[1]), Number(counted[2] ?? 0), 1)
      // Each optional repetition needs an instruction of its own.
      const repeated = times * (last + 1)
      size += repeated - last
      last = repeated
      at += counted[0].length
    } else if (character === '(') {
      levels.push(size)
      size = 0
      last = 0
      at += 1
    } else if (character === ')') {
      last = size + 2
      size = (levels.pop() ?? 0) + last
      at += 1
    } else {
      // A repetition sign adds one instruction.
      const repeats = character === '*' || character === '+' || character === '?'
      last = repeats ? last + 1 : 1
      size += 1
      if (character === '[') at = classEnd(pattern, at)
      else at += character === '\\' ? (BRACED_ESCAPE.exec(rest)?.[0].length ?? 2) : 1
    }
  }
  return levels.reduce((sum, level) => sum + level, size)
}
