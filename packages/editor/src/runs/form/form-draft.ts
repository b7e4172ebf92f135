import { isFileRef, isJsonObject, type Json, type JsonObject, jsonEqual } from '@tenon/core/document'
import { type FormField, initialValue, initialValues } from './form-model.ts'

/** Entries of an unfinished run form; plain JSON, restored when the form is shown again. */
export interface RunFormDraft {
  /** Tab that was open: fields, or the input as JSON text. */
  readonly mode: 'form' | 'json'
  /** Entries of the fields by name. */
  readonly values: JsonObject
  /** Typed text in JSON mode. */
  readonly text: string
  /** Names of the fields that the form had. */
  readonly names: readonly string[]
}

/**
 * Returns the initial draft of a form.
 *
 * @param kept - Draft of an earlier use, possibly with an older schema: values of removed fields and invalid values are
 * dropped, and new fields get their defaults.
 * @param fields - `null` for a schema that is entered as JSON.
 */
export function startDraft(kept: RunFormDraft | undefined, fields: readonly FormField[] | null): RunFormDraft {
  if (kept === undefined) {
    const values = fields === null ? {} : initialValues(fields)
    return draftOf(fields === null ? 'json' : 'form', values, toText(values), fields)
  }
  if (fields === null)
    return draftOf('json', kept.values, kept.mode === 'json' ? kept.text : toText(kept.values), fields)
  const values: Record<string, Json> = Object.fromEntries(
    Object.entries(kept.values).filter(([name]) => !kept.names.includes(name)),
  )
  for (const field of fields) {
    const before = kept.values[field.name]
    const isKept = before === undefined ? kept.names.includes(field.name) : fits(field, before)
    const value = isKept ? before : initialValue(field)
    if (value === undefined) delete values[field.name]
    else values[field.name] = value
  }
  return draftOf(kept.mode, values, kept.mode === 'json' ? kept.text : toText(values), fields)
}

function draftOf(mode: 'form' | 'json', values: JsonObject, text: string, fields: readonly FormField[] | null) {
  return { mode, values, text, names: fields?.map(({ name }) => name) ?? [] }
}

function toText(values: JsonObject): string {
  return JSON.stringify(values, null, 2)
}

/** Checks whether a field can show a value. */
export function fits({ kind, choices }: FormField, value: Json): boolean {
  switch (kind) {
    case 'text':
    case 'area':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'integer':
      return Number.isInteger(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'choice':
      return choices.some((choice) => jsonEqual(choice, value))
    case 'group':
      return isJsonObject(value)
    case 'list':
      return Array.isArray(value)
    case 'file':
      return isFileRef(value)
    case 'json':
      return true
  }
}
