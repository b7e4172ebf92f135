/** Returns the text with a capital first letter, unless it begins with a path or a name. */
export function sentenceCase(text: string): string {
  return /^[a-z]+[ ,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
}
