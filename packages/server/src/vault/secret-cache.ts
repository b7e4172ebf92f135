/** A value, with the time for which it may be used. */
export interface Loaded<Value> {
  readonly value: Value
  /** Milliseconds; 0 for a value that is used once. */
  readonly forMs: number
}

/** Secrets of others that are in memory for a short time. */
export interface SecretCache {
  /**
   * Returns a value that is in memory, or loads it once for all who ask at the same time. A failure is not kept.
   *
   * @param options.isFresh - True to load it in any case.
   */
  get<Value>(
    parts: readonly unknown[],
    load: () => Promise<Loaded<Value>>,
    options: { readonly isFresh: boolean },
  ): Promise<Value>
}

/** Values in memory. */
const MAX_ENTRIES = 2_000

interface Entry {
  readonly loading: Promise<Loaded<unknown>>
  /** End by the monotonic clock; `null` while it is loaded. */
  until: number | null
  /** Ends the entry; `null` while it is loaded. */
  timer: NodeJS.Timeout | null
}

/** Creates an empty cache. Values leave the memory when their time is over, also if no one asks for them. */
export function createSecretCache(now: () => number = () => performance.now()): SecretCache {
  const entries = new Map<string, Entry>()
  /** Removes an entry with its timer, which would hold the secret in memory. */
  const drop = (key: string): void => {
    const timer = entries.get(key)?.timer ?? null
    if (timer !== null) clearTimeout(timer)
    entries.delete(key)
  }

  return {
    async get<Value>(
      parts: readonly unknown[],
      load: () => Promise<Loaded<Value>>,
      { isFresh }: { readonly isFresh: boolean },
    ): Promise<Value> {
      const key = JSON.stringify(parts)
      const known = entries.get(key)
      if (known !== undefined && !isFresh && (known.until === null || known.until > now())) {
        // Entries of one key are loaded by the same function.
        return ((await known.loading) as Loaded<Value>).value
      }
      const loading = load()
      const entry: Entry = { loading, until: null, timer: null }
      drop(key)
      entries.set(key, entry)
      const [oldest] = entries.size > MAX_ENTRIES ? entries.keys() : []
      if (oldest !== undefined) drop(oldest)
      const isKept = () => entries.get(key) === entry
      try {
        const { value, forMs } = await loading
        entry.until = now() + forMs
        if (!isKept()) return value
        if (forMs > 0) entry.timer = setTimeout(() => drop(key), forMs).unref()
        else drop(key)
        return value
      } catch (error) {
        if (isKept()) drop(key)
        throw error
      }
    },
  }
}
