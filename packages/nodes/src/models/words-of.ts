/** Removes the markup of a text that may be an HTML page. */
export function wordsOf(text: string): string {
  if (!text.trimStart().startsWith('<')) return text
  return text
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
