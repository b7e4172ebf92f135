import type { IsoInstant } from '@tenon/core/api'
import { isoInstant } from '@tenon/core/document'

/** Writes an instant for HTTP; never throws. @param at - Milliseconds since the Unix epoch. */
export function toInstant(at: number): IsoInstant {
  return isoInstant(at)
}

/** The same for an instant that may not have come yet. */
export function toInstantOrNull(at: number | null): IsoInstant | null {
  return at === null ? null : toInstant(at)
}
