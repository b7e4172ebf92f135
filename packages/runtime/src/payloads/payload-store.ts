/** An object of a payload store. */
export interface PayloadObject {
  /** Key under which it is stored. */
  readonly key: string
  /** Time of its upload, in milliseconds since the Unix epoch. */
  readonly storedAt: number
}

/**
 * Stores large values outside of the database. Keys begin with `t-<tenant>/`, and contain letters, digits and
 * `_ . : - /`. The runtime verifies what it reads by a hash and never writes a key twice.
 *
 * @see docs/adr/0056-large-values-in-a-store-of-the-host.md
 */
export interface PayloadStore {
  /**
   * Stores a text; it must be readable when this resolves.
   *
   * @throws {@link TenonError} `PAYLOAD_UNAVAILABLE`, or any other error: the runtime tries again.
   */
  put(key: string, text: string, abortSignal: AbortSignal): Promise<void>
  /** Reads a text. @throws as {@link PayloadStore.put}. */
  get(key: string, abortSignal: AbortSignal): Promise<string>
  /** Deletes an object; one that is gone is no error. @throws as {@link PayloadStore.put}. */
  delete(key: string, abortSignal: AbortSignal): Promise<void>
  /**
   * Lists objects by the beginning of their keys, in any order.
   *
   * @param cursor - `nextCursor` of the page before; `null` for the first page.
   */
  list(
    prefix: string,
    cursor: string | null,
    abortSignal: AbortSignal,
  ): Promise<{ readonly items: readonly PayloadObject[]; readonly nextCursor: string | null }>
}
