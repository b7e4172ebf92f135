import type { Json } from '@tenon/core/document'

/**
 * Storage for the view of a person: panels, and per workflow the viewport, the selection and the run.
 *
 * A subset of `Storage`, so that `localStorage` and `sessionStorage` implement it. Values are JSON texts of at most 20
 * kB. Both methods may throw; the view is not stored then.
 */
export interface ViewMemory {
  /** Reads the stored text; `null` when there is none. */
  readonly getItem: (key: string) => string | null
  /** Stores a text under a key and replaces an earlier one. */
  readonly setItem: (key: string, value: string) => void
}

/** Key of the panels: one value for all editors of a person. */
export const PANELS_KEY = 'tenon.panels'

/** Storage of the browser: panels permanently, data of one workflow while the tab is open. */
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
    // With blocked storage or an unreadable text, the editor starts with its defaults.
    return undefined
  }
}

/** Stores a value; does nothing if the storage is full or blocked. */
export function remember(memory: ViewMemory | null, key: string, value: Json): void {
  try {
    memory?.setItem(key, JSON.stringify(value))
  } catch {
    // A view that cannot be stored must not interrupt the user.
  }
}
