import { isDurationString, isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { Translate } from '../../messages/format.ts'
import type { FormField } from './form-model.ts'
import { type FormPath, pathKey } from './form-values.ts'

/** Error messages by {@link pathKey}. */
export type FormErrors = ReadonlyMap<string, string>

/**
 * Checks the values of a form in the browser; the server checks the whole schema again. Only the server checks
 * patterns, since regular expressions may block the browser.
 */
export function checkForm(fields: readonly FormField[], values: JsonObject, t: Translate): FormErrors {
  const errors = new Map<string, string>()
  checkMembers(fields, values, [], t, errors)
  return errors
}

function checkMembers(
  fields: readonly FormField[],
  values: JsonObject,
  path: FormPath,
  t: Translate,
  errors: Map<string, string>,
): void {
  for (const field of fields) checkField(field, values[field.name], [...path, field.name], t, errors)
}

function checkField(
  field: FormField,
  value: Json | undefined,
  path: FormPath,
  t: Translate,
  errors: Map<string, string>,
): void {
  if (value === undefined || (value === '' && field.isRequired)) {
    if (field.isRequired && field.kind === 'group') checkMembers(field.fields, {}, path, t, errors)
    else if (field.isRequired) errors.set(pathKey(path), t('runs.form.missing'))
    return
  }
  const fault = faultOf(field, value, t)
  if (fault !== null) errors.set(pathKey(path), fault)
  if (field.kind === 'group' && isJsonObject(value)) checkMembers(field.fields, value, path, t, errors)
  if (Array.isArray(value) && field.item !== null) {
    const { item } = field
    for (const [index, child] of value.entries()) checkField(item, child, [...path, index], t, errors)
  }
}

function faultOf(field: FormField, value: Json, t: Translate): string | null {
  if (typeof value === 'number') return numberFault(field, value, t)
  if (typeof value === 'string') return textFault(field, value, t)
  if (Array.isArray(value)) {
    const { minItems, maxItems } = field.schema
    if (typeof minItems === 'number' && value.length < minItems) return t('runs.form.minItems', { count: minItems })
    if (typeof maxItems === 'number' && value.length > maxItems) return t('runs.form.maxItems', { count: maxItems })
  }
  return null
}

function numberFault(field: FormField, value: number, t: Translate): string | null {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = field.schema
  if (field.kind === 'integer' && !Number.isInteger(value)) return t('runs.form.integer')
  if (typeof minimum === 'number' && value < minimum) return t('runs.form.minimum', { n: minimum })
  if (typeof maximum === 'number' && value > maximum) return t('runs.form.maximum', { n: maximum })
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) {
    return t('runs.form.above', { n: exclusiveMinimum })
  }
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) {
    return t('runs.form.below', { n: exclusiveMaximum })
  }
  return null
}

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  uri: (text) => URL.canParse(text),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  'date-time': (text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)),
  duration: isDurationString,
}

function textFault(field: FormField, value: string, t: Translate): string | null {
  const { minLength, maxLength, format } = field.schema
  const length = [...value].length
  if (typeof minLength === 'number' && length < minLength) return t('runs.form.minLength', { count: minLength })
  if (typeof maxLength === 'number' && length > maxLength) return t('runs.form.maxLength', { count: maxLength })
  if (value !== '' && typeof format === 'string' && FORMATS[format]?.(value) === false) {
    return t('runs.form.format', { format })
  }
  return null
}

/** Returns the faults from a server, by the fields that they name. */
export function serverErrors(thrown: unknown, fields: readonly FormField[]): FormErrors {
  const errors = new Map<string, string>()
  const issues = thrown instanceof TenonError ? thrown.details?.['issues'] : undefined
  if (!Array.isArray(issues)) return errors
  for (const issue of issues as readonly unknown[]) {
    if (!isIssue(issue)) continue
    const isNested = issue.path[0] === 'input' && !fields.some((field) => field.name === 'input')
    errors.set(pathKey(isNested ? issue.path.slice(1) : issue.path), issue.message)
  }
  return errors
}

function isIssue(value: unknown): value is { readonly path: FormPath; readonly message: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'path' in value &&
    Array.isArray(value.path) &&
    'message' in value &&
    typeof value.message === 'string'
  )
}
