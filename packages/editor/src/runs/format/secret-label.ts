import { isMissingSecret, isSecretMarker, type Json } from '@tenon/core/document'
import type { Translate } from '../../messages/format.ts'
import { formatMoment } from './instant.ts'

/** Returns a text about a secret: set, when and by whom, or missing. The value itself is not known. */
export function secretLabel(value: Json, t: Translate, locale: string): string {
  if (isMissingSecret(value)) return t('control.secret.missing')
  if (!isSecretMarker(value)) return t('control.secret.set')
  const at = Date.parse(value.setAt)
  const time = formatMoment(Number.isNaN(at) ? 0 : at, locale)
  return value.setBy === ''
    ? t('control.secret.setOn', { time })
    : t('control.secret.setBy', { time, name: value.setBy })
}
