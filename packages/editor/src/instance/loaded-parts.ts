/** Parts of the editor that were loaded on demand, so that they are rendered at once when they are needed again. */
export interface LoadedParts {
  /** Returns the part that was added for a load function; `null` if none was. */
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
