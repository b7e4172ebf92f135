/** Facts about a value that the preparation of a schema needs. */
export interface JsonFacts {
  /** Every key of every object. */
  readonly keys: ReadonlySet<string>
  readonly longestList: number
}

/** Facts of a value without keys and lists. */
export const NO_FACTS: JsonFacts = Object.freeze({ keys: new Set<string>(), longestList: 0 })

/** Collects the facts of a JSON value in one pass. */
export function readJsonFacts(value: unknown): JsonFacts {
  const keys = new Set<string>()
  let longestList = 0
  const open: unknown[] = [value]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue
    if (Array.isArray(next)) longestList = Math.max(longestList, next.length)
    else for (const key of Object.keys(next)) keys.add(key)
    for (const member of Object.values(next)) if (typeof member === 'object' && member !== null) open.push(member)
  }
  return { keys, longestList }
}
