import type { ParkedResolutionView } from '@tenon/core/run'
import type { Translate } from '../../messages/format.ts'
import { resolvedText } from './parked-words.ts'

/** Formats that a resolution came too late, with the person who was first. */
export function tooLateText(resolution: ParkedResolutionView | null, t: Translate, locale: string): string {
  if (resolution === null) return t('runs.parked.ended')
  return t('runs.parked.tooLate', { what: resolvedText(resolution, Date.now(), t, locale) })
}
