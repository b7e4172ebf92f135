import type { Translate } from '../../messages/format.ts'

const FORBIDDEN: readonly string[] = ['__proto__', 'prototype', 'constructor']
const FIELD_NAME = /^[A-Za-z_][\w-]*$/

/** Returns the reason why a name cannot be used beside the taken ones; `null` if it can. @param own - Current name. */
export function checkName(name: string, own: string, taken: readonly string[], t: Translate): string | null {
  if (name === own) return null
  if (name === '') return t('control.nameEmpty')
  if (FORBIDDEN.includes(name)) return t('control.nameForbidden', { name })
  return taken.includes(name) ? t('control.nameTaken', { name }) : null
}

/** Checks the name of a field of a schema, which must also be usable in expressions. */
export function checkFieldName(name: string, own: string, taken: readonly string[], t: Translate): string | null {
  const fault = checkName(name, own, taken, t)
  if (fault !== null || name === own || FIELD_NAME.test(name)) return fault
  const suggestion = nameFrom(name)
  return suggestion === '' ? t('schema.nameInvalid') : t('schema.nameInvalidTry', { suggestion })
}

/** Converts "First name" to `first_name`; empty if no letter remains. */
function nameFrom(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\w-]+/g, '_')
    .replace(/^[^A-Za-z]+/, '')
    .replace(/_+$/, '')
    .toLowerCase()
}
