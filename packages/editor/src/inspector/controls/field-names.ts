import type { Translate } from '../../messages/format.ts'

const FORBIDDEN: readonly string[] = ['__proto__', 'prototype', 'constructor']
const FIELD_NAME = /^[A-Za-z_][\w-]*$/

/** Why a name cannot be used beside those that are taken; `null` when it can. @param own - Its name until now. */
export function checkName(name: string, own: string, taken: readonly string[], t: Translate): string | null {
  if (name === own) return null
  if (name === '') return t('control.nameEmpty')
  if (FORBIDDEN.includes(name)) return t('control.nameForbidden', { name })
  return taken.includes(name) ? t('control.nameTaken', { name }) : null
}

/** The same for a field of a schema, whose name expressions have to be able to write. */
export function checkFieldName(name: string, own: string, taken: readonly string[], t: Translate): string | null {
  const fault = checkName(name, own, taken, t)
  if (fault !== null || name === own || FIELD_NAME.test(name)) return fault
  const suggestion = nameFrom(name)
  return suggestion === '' ? t('schema.nameInvalid') : t('schema.nameInvalidTry', { suggestion })
}

/** "First name" becomes `first_name`; empty when no letter is left. */
function nameFrom(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\w-]+/g, '_')
    .replace(/^[^A-Za-z]+/, '')
    .replace(/_+$/, '')
    .toLowerCase()
}
