import type { FileRef } from '@tenon/core/document'

/** Types of pictures that browsers show. */
export const PICTURE_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']

export const PDF_TYPE = 'application/pdf'

/** Largest PDF that is shown, since all of it is in memory then. */
const MOST_BYTES = 33_554_432

/** Checks whether the pages of a file can be shown. @param hasReader - True if the host has a reader of PDFs. */
export function canShowPages({ type, size }: FileRef, hasReader: boolean): boolean {
  return PICTURE_TYPES.includes(type) || (type === PDF_TYPE && hasReader && size <= MOST_BYTES)
}
