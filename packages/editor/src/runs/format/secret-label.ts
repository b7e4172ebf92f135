import { isSecretMarker, type Json } from '@tenon/core/document'
import type { Translate } from '../../messages/format.ts'
import { formatMoment } from './instant.ts'

/** Says that a secret is set, when and by whom; of its value nothing is known. */
export function secretLabel(value: Json, t: Translate, locale: string): string {
  if (!isSecretMarker(value)) return t('control.secret.set')
  const at = Date.parse(value.setAt)
  const time = formatMoment(Number.isNaN(at) ? 0 : at, locale)
  return value.setBy === ''
    ? t('control.secret.setOn', { time })
    : t('control.secret.setBy', { time, name: value.setBy })
}
