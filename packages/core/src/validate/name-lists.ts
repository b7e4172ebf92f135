/** Most names that a sentence lists. */
export const MOST_NAMED = 4

/** Formats the first few names for a sentence. */
export const listNames = (names: readonly string[]): string => names.slice(0, MOST_NAMED).join(', ')

/** Formats keys for a sentence: the first few, and the number of others. */
export const listKeys = (keys: readonly string[]): string =>
  keys.length > MOST_NAMED ? `${listNames(keys)} and ${keys.length - MOST_NAMED} more` : listNames(keys)
