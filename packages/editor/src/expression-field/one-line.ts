/** Returns a text as one line: its line breaks become spaces. */
export function asOneLine(text: string): string {
  return text.replaceAll(/\s*\r?\n\s*/g, ' ')
}
