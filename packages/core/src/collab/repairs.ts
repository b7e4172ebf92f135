import type { DraftPart } from '../document/operation.ts'
import type { Report } from './plain-value.ts'

const MOST_REPAIRS = 100

/** Content of a draft that cannot be read, such as a node of an unknown form. */
export interface DraftLoss {
  /** Part of the draft that holds the entry. */
  readonly part: DraftPart
  /** Key of the entry: the id of a node, an edge or an annotation, the name of a variable or a setting. */
  readonly key: string
  /** One sentence that names the unreadable content and the reason. */
  readonly message: string
}

/** Parts that a reader had to leave out of a draft. */
export interface Repairs {
  /** Returns a reporter of unreadable content of one entry: the document then differs from what was intended. */
  reportLoss(part: DraftPart, key: string): Report
  /** Reports a conflict of concurrent edits, such as an edge to a node that was deleted. */
  readonly reportMerge: Report
  /** Returns all sentences in the order of the reports. */
  list(): readonly string[]
  /** Returns the reports of {@link reportLoss}, up to `mostLosses`. */
  losses(): readonly DraftLoss[]
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

/**
 * Collects the reports of a reader; beyond a hundred sentences it only counts them.
 *
 * @param mostLosses - Losses that are kept. @defaultValue 100
 */
export function createRepairs(mostLosses: number = MOST_REPAIRS): Repairs {
  const all = createSentences()
  const losses: DraftLoss[] = []
  return {
    reportLoss: (part, key) => (message) => {
      all.add(message)
      if (losses.length < mostLosses) losses.push({ part, key, message })
    },
    reportMerge: all.add,
    list: all.list,
    losses: () => losses,
  }
}
