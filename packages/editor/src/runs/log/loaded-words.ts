/** Returns the values of the text that says how many events of a log have been loaded. */
export function loadedWords(seq: number, total: number, locale: string) {
  return { seq: seq.toLocaleString(locale), total: total.toLocaleString(locale) }
}
