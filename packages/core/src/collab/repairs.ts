import type { Report } from './plain-value.ts'

const MOST_REPAIRS = 100

/** Collects what a reader had to leave out; beyond a hundred sentences only their number. */
export function createRepairs(): { readonly report: Report; list(): readonly string[] } {
  const sentences: string[] = []
  let more = 0
  return {
    report: (sentence) => {
      if (sentences.length < MOST_REPAIRS) sentences.push(sentence)
      else more++
    },
    list: () => (more === 0 ? sentences : [...sentences, `and ${more} more`]),
  }
}
