import type { ParkedResolutionView } from '@tenon/core/run'
import type { Translate } from '../../messages/format.ts'
import { formatAgo } from '../format/instant.ts'

/** Formats a decision about a parked node run: "Ana Ruiz tried again, 2 minutes ago". */
export function resolvedText(
  { kind, actor, at }: ParkedResolutionView,
  now: number,
  t: Translate,
  locale: string,
): string {
  const person = actor?.displayName ?? t('runs.event.system')
  const what = t(`runs.parked.event.${kind}`, { person })
  return t('runs.parked.resolved', { what, ago: formatAgo(at, now, locale) })
}
