import type { Json } from '@tenon/core/document'

/**
 * Remembers how a person looks at workflows: panels, and per workflow the part in view, the selection and the run.
 *
 * A subset of `Storage`, so that `localStorage` and `sessionStorage` are such memories. Values are JSON texts of at
 * most 20 kB. Both methods may throw; then nothing is remembered.
 */
export interface ViewMemory {
  /** Reads the stored text; `null` when there is none. */
  readonly getItem: (key: string) => string | null
  /** Stores a text in place of an earlier one under the same key. */
  readonly setItem: (key: string, value: string) => void
}

/** The key of the panels: one value for all editors of a person. */
export const PANELS_KEY = 'tenon.panels'

/** The memory of the browser: panels for good, what belongs to one workflow for as long as the tab is open. */
export const browserMemory: ViewMemory = Object.freeze({
  getItem: (key: string) => storageFor(key).getItem(key),
  setItem: (key: string, value: string) => storageFor(key).setItem(key, value),
})

function storageFor(key: string): Storage {
  return key === PANELS_KEY ? globalThis.localStorage : globalThis.sessionStorage
}

/** Reads the value stored under a key; `undefined` if missing or unreadable. */
export function recall(memory: ViewMemory | null, key: string): Json | undefined {
  try {
    const text = memory?.getItem(key) ?? null
    return text === null ? undefined : (JSON.parse(text) as Json)
  } catch {
    // Private windows, blocked storage, an unknown text: the editor starts as if it were new.
    return undefined
  }
}

/** Remembers a value; does nothing where the memory is full or blocked. */
export function remember(memory: ViewMemory | null, key: string, value: Json): void {
  try {
    memory?.setItem(key, JSON.stringify(value))
  } catch {
    // A view that cannot be stored must not interrupt the user.
  }
}
