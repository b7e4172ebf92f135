import type { FileRef } from '@tenon/core/document'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** Formats a size, such as "1.2 MB". */
export function sizeWords(bytes: number, locale: string): string {
  const power = Math.min(UNITS.length - 1, bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return new Intl.NumberFormat(locale, {
    ...{ style: 'unit', unit: UNITS[power], unitDisplay: power === 0 ? 'long' : 'short' },
    maximumFractionDigits: 1,
  } as Intl.NumberFormatOptions).format(bytes / 1_000 ** power)
}

/** Describes a file in a few words: its size and its type. */
export function fileWords({ size, type }: FileRef, locale: string): string {
  return `${sizeWords(size, locale)} · ${type}`
}
