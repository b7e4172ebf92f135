const COUNTED = /^\{(\d+)(?:,(\d*))?\}/
const BRACED_ESCAPE = /^\\[xpP]\{[^}]*\}/

/** Where the class that opens at `at` ends; a bracket right behind its opening is one of its characters. */
function classEnd(pattern: string, at: number): number {
  let end = at + 1
  if (pattern[end] === '^') end += 1
  if (pattern[end] === ']') end += 1
  while (end < pattern.length && pattern[end] !== ']') end += pattern[end] === '\\' ? 2 : 1
  return end + 1
}

/**
 * At least the instructions that a pattern compiles to, known before it is compiled: repetitions are
 * written out, so `(a{30}){30}` has 900 and more. `Infinity` for `\Q`, whose quoting would hide what follows.
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
      // An optional repetition needs an instruction of its own each time.
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
      // A repetition sign adds an instruction to what it repeats.
      const repeats = character === '*' || character === '+' || character === '?'
      last = repeats ? last + 1 : 1
      size += 1
      if (character === '[') at = classEnd(pattern, at)
      else at += character === '\\' ? (BRACED_ESCAPE.exec(rest)?.[0].length ?? 2) : 1
    }
  }
  return levels.reduce((sum, level) => sum + level, size)
}
