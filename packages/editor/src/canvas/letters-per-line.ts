/**
 * Smallest number of letters in a line with which a name wraps into that many lines without breaking a word; at least
 * the length of its longest word.
 */
export function lettersPerLine(name: string, lines: number): number {
  const words = name.split(/\s+/).map((word) => [...word].length)
  const total = words.reduce((sum, length) => sum + length + 1, -1)
  let letters = Math.max(1, ...words, Math.ceil((total - lines + 1) / lines))
  while (linesOf(words, letters) > lines) letters += 1
  return letters
}

function linesOf(words: readonly number[], letters: number): number {
  let lines = 1
  let taken = 0
  for (const length of words) {
    const next = taken === 0 ? length : taken + 1 + length
    if (next > letters && taken > 0) {
      lines += 1
      taken = length
    } else taken = next
  }
  return lines
}
