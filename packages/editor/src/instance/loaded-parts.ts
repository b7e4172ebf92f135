/** Parts of the editor that were loaded on demand: whatever needs one again renders it at once. */
export interface LoadedParts {
  /** Returns a part that was added; `null` if none was. @param load - Function that loads the part, and its key. */
  readonly find: <Part>(load: () => Promise<Part>) => Part | null
  readonly add: <Part>(load: () => Promise<Part>, part: Part) => void
}

export function createLoadedParts(): LoadedParts {
  const parts = new Map<() => Promise<unknown>, unknown>()
  return {
    // A part is only ever added with the function that loads it.
    find: <Part>(load: () => Promise<Part>) => (parts.get(load) as Part | undefined) ?? null,
    add: (load, part) => void parts.set(load, part),
  }
}
