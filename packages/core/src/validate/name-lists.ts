/** Names that a sentence lists at most. */
export const MOST_NAMED = 4

/** The first few of some names, for a sentence. */
export const listNames = (names: readonly string[]): string => names.slice(0, MOST_NAMED).join(', ')

/** Keys for a sentence: the first few, and how many more there are. */
export const listKeys = (keys: readonly string[]): string =>
  keys.length > MOST_NAMED ? `${listNames(keys)} and ${keys.length - MOST_NAMED} more` : listNames(keys)
