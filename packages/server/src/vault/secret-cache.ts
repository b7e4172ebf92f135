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
}

/** Creates an empty cache. Values leave the memory when their time is over, also if no one asks for them. */
export function createSecretCache(now: () => number = () => performance.now()): SecretCache {
  const entries = new Map<string, Entry>()

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
      const entry: Entry = { loading, until: null }
      const forget = (): void => {
        if (entries.get(key) === entry) entries.delete(key)
      }
      entries.set(key, entry)
      const [oldest] = entries.size > MAX_ENTRIES ? entries.keys() : []
      if (oldest !== undefined) entries.delete(oldest)
      try {
        const { value, forMs } = await loading
        entry.until = now() + forMs
        if (forMs > 0) setTimeout(forget, forMs).unref()
        else forget()
        return value
      } catch (error) {
        forget()
        throw error
      }
    },
  }
}
