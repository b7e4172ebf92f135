import type { Report } from './plain-value.ts'

const MOST_REPAIRS = 100

/** Parts that a reader had to leave out of a draft. */
export interface Repairs {
  /** Reports content that cannot be read: the document is not what was meant. */
  readonly reportLoss: Report
  /** Reports what two people who edited at the same time made of it, such as an edge to a node that was deleted. */
  readonly reportMerge: Report
  /** All sentences, in the order in which they came. */
  list(): readonly string[]
  /** Those of {@link reportLoss}. */
  losses(): readonly string[]
}

function createSentences(): { add(sentence: string): void; list(): readonly string[] } {
  const sentences: string[] = []
  let more = 0
  return {
    add(sentence) {
      if (sentences.length < MOST_REPAIRS) sentences.push(sentence)
      else more++
    },
    list: () => (more === 0 ? sentences : [...sentences, `and ${more} more`]),
  }
}

/** Collects what a reader had to leave out; beyond a hundred sentences only their number. */
export function createRepairs(): Repairs {
  const all = createSentences()
  const losses = createSentences()
  return {
    reportLoss(sentence) {
      all.add(sentence)
      losses.add(sentence)
    },
    reportMerge: all.add,
    list: all.list,
    losses: losses.list,
  }
}
