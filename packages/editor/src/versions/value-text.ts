import { humanize, isJsonObject, isSecretMarker, type Json, type JsonSchema } from '@tenon/core/document'
import { fieldsOf, type ObjectSchema, resolveSchema } from '../manifest/param-field.ts'
import { valueLabel } from '../manifest/value-label.ts'
import type { Translate } from '../messages/format.ts'
import { secretLabel } from '../runs/format/secret-label.ts'

/** Words for values, and the labels of their fields. */
export interface ValueWords {
  readonly t: Translate
  readonly locale: string
  /** Returns the label of a member of an object without a schema. @defaultValue its key, as for user-defined names */
  readonly labelOf?: (key: string) => string
  /** Schema of the value and the schema that its references are looked up in, for the labels of its fields. */
  readonly schemas?: { readonly root: JsonSchema; readonly own: ObjectSchema }
}

const STEP = '  '

/**
 * Formats a value for a comparison: an object with one line for each field, a list with one for each item, and nested
 * values indented below.
 */
export function valueText(value: Json, words: ValueWords): string {
  const { t, locale, schemas } = words
  if (value === null || value === '') return t('versions.nothing')
  if (typeof value === 'boolean') return t(value ? 'versions.on' : 'versions.off')
  if (isSecretMarker(value)) return secretLabel(value, t, locale)
  if (Array.isArray(value)) {
    const item = withSchema(words, schemas && resolveSchema(schemas.root, schemas.own.items))
    return value.length === 0
      ? t('versions.nothing')
      : value.map((each: Json) => `• ${indented(valueText(each, item))}`).join('\n')
  }
  if (isJsonObject(value)) {
    const members = Object.entries(value)
    return members.length === 0
      ? t('versions.nothing')
      : members.map(([key, member]) => memberText(key, member, words)).join('\n')
  }
  const isChoice = Array.isArray(schemas?.own.enum) && schemas.own.enum.includes(value)
  return isChoice ? valueLabel(value, schemas.own) : String(value)
}

/** Formats two values of one field that differ; `null` for no value. Values that would look the same are shown as JSON. */
export function valueTexts(
  before: Json | undefined,
  after: Json | undefined,
  words: ValueWords,
): { readonly before: string | null; readonly after: string | null } {
  const textOf = (value: Json | undefined) =>
    value === undefined || value === null || value === '' ? null : valueText(value, words)
  const [old, next] = [textOf(before), textOf(after)]
  // The number 1 and the text "1" look the same, as do an empty text, an empty list and no value.
  const nothing = words.t('versions.nothing')
  const isAlike = (old ?? nothing) === (next ?? nothing)
  if (!isAlike || isSecretMarker(before) || isSecretMarker(after)) return { before: old, after: next }
  return { before: jsonOf(before), after: jsonOf(after) }
}

function jsonOf(value: Json | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value, null, 2)
}

function memberText(key: string, member: Json, words: ValueWords): string {
  const { schemas, labelOf } = words
  const field = schemas && fieldsOf(schemas.root, schemas.own).find(({ name }) => name === key)
  const text = valueText(member, withSchema(words, field?.schema))
  const label = field?.title ?? labelOf?.(key) ?? key
  return text.includes('\n') ? `${label}:\n${STEP}${indented(text)}` : `${label}: ${text}`
}

function withSchema({ schemas, ...words }: ValueWords, own: ObjectSchema | undefined): ValueWords {
  return schemas === undefined || own === undefined ? words : { ...words, schemas: { root: schemas.root, own } }
}

/** Indents the lines after the first one. */
function indented(text: string): string {
  return text.replaceAll('\n', `\n${STEP}`)
}

/** Labels for settings, whose keys are code: `maximumAttempts` becomes "Maximum attempts". */
export const SETTING_LABELS = Object.freeze({ labelOf: humanize })
