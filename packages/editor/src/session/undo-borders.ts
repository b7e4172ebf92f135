import { TYPING_PAUSE_MS } from '../ui/use-typing-pause.ts'

/** One change of a text. */
export interface TypedEdit {
  /** Offset of the change, in UTF-16 units. */
  readonly from: number
  readonly removed: string
  readonly inserted: string
  /** Up to two UTF-16 units before the change: enough for its last character. */
  readonly before: string
  /** Offset of the caret after the change. @defaultValue the end of the inserted text */
  readonly caret?: number
}

/** Divides typing into undo steps. */
export interface UndoBorders {
  /**
   * Checks whether an edit begins another undo step, and remembers it as the last one.
   *
   * @param nowMs - Time of the edit in milliseconds, on any clock that does not run backwards.
   */
  readonly begins: (edit: TypedEdit, nowMs: number) => boolean
  /** Lets the next edit begin a step: the field was left. */
  readonly end: () => void
  /** Follows an edit of another user. @param move - Gives the new offset for an offset before that edit. */
  readonly shift: (move: (offset: number) => number) => void
}

const WORD = /[\p{L}\p{M}\p{N}_'’-]/u

function isWord(character: string | undefined): boolean {
  return character !== undefined && WORD.test(character)
}

/** Checks whether an edit continues the word before it, so that undo must not stop between the two. */
export function continuesWord({ before, removed, inserted }: TypedEdit): boolean {
  return isWord([...before].at(-1)) && isWord([...(inserted === '' ? removed : inserted)][0])
}

/**
 * Makes undo steps that end where people pause, at the border of a word, and where they type at another position. A
 * pause inside a word ends none.
 */
export function createUndoBorders(): UndoBorders {
  let last: { readonly end: number; readonly atMs: number } | null = null
  return {
    begins: (edit, nowMs) => {
      const { from, removed, inserted } = edit
      const before = last
      last = { end: edit.caret ?? from + inserted.length, atMs: nowMs }
      if (before === null) return true
      const isAdjacent = from === before.end || from + removed.length === before.end
      return !isAdjacent || (nowMs - before.atMs > TYPING_PAUSE_MS && !continuesWord(edit))
    },
    end: () => {
      last = null
    },
    shift: (move) => {
      if (last !== null) last = { ...last, end: move(last.end) }
    },
  }
}

/** The one change that turns a text into another. */
export function editBetween(before: string, after: string): TypedEdit {
  const shorter = Math.min(before.length, after.length)
  let from = 0
  while (from < shorter && before[from] === after[from]) from += 1
  let end = 0
  while (end < shorter - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1
  return {
    from,
    removed: before.slice(from, before.length - end),
    inserted: after.slice(from, after.length - end),
    before: before.slice(Math.max(0, from - 2), from),
  }
}
