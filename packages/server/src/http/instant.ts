import type { IsoInstant } from '@tenon/core/api'

/** An instant as HTTP carries it. @param at - Milliseconds since the Unix epoch. */
export function toInstant(at: number): IsoInstant {
  return new Date(at).toISOString()
}

/** The same for an instant that may not have come yet. */
export function toInstantOrNull(at: number | null): IsoInstant | null {
  return at === null ? null : toInstant(at)
}
