import { isJsonObject, type Json, type JsonSchema, jsonEqual } from '@tenon/core/document'
import { isTemplate } from '../../graph/template-parts.ts'
import type { FormErrors } from './form-errors.ts'
import type { FormField } from './form-model.ts'
import { type FormPath, pathKey } from './form-values.ts'

/**
 * Removes hints about expressions from the schema of params, for a form whose values are used as they are.
 *
 * @param schema - Schema of the params of a node type; its descriptions were written for the setup of a node.
 */
export function withoutExpressionHints(schema: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean') return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(isNoHint)
      .map(([name, part]) => [name, cleaned(part)]),
  )
}

function cleaned(part: Json): Json {
  if (Array.isArray(part)) return part.map(cleaned)
  if (!isJsonObject(part)) return part
  return Object.fromEntries(
    Object.entries(part)
      .filter(isNoHint)
      .map(([name, inner]) => [name, cleaned(inner)]),
  )
}

/** A param may be named "description": its schema is an object, which is kept. */
function isNoHint([name, value]: readonly [string, Json]): boolean {
  if (name === 'description') return !isTemplate(value)
  return name !== 'examples' || !Array.isArray(value) || !hasExpression(value)
}

/**
 * Finds the fields with an expression, which would be sent as text.
 *
 * @param fields - Fields that are shown; `null` for a value that is entered as JSON, whose members count as fields.
 * @param before - Value at first. A part that is still the same is data, so it is not found.
 * @param text - Warning about such a field.
 */
export function expressionWarnings(
  fields: readonly FormField[] | null,
  value: Json,
  before: Json,
  text: string,
): FormErrors {
  const warnings = new Map<string, string>()
  const look = (field: FormField | undefined, path: FormPath, now: Json, old: Json | undefined): void => {
    if (field?.kind === 'group' && isJsonObject(now)) {
      lookAt(field.fields, path, now, old)
    } else if (field?.kind === 'list' && field.item !== null && Array.isArray(now)) {
      const { item } = field
      const olds = Array.isArray(old) ? old : []
      for (const [index, member] of now.entries()) look(item, [...path, index], member, olds[index])
    } else if (hasExpression(now) && !(old !== undefined && jsonEqual(now, old))) {
      warnings.set(pathKey(path), text)
    }
  }
  const lookAt = (shown: readonly FormField[] | null, path: FormPath, now: Json, old: Json | undefined): void => {
    if (!isJsonObject(now)) return
    const olds = isJsonObject(old) ? old : {}
    for (const [name, member] of Object.entries(now)) {
      look(
        shown?.find((field) => field.name === name),
        [...path, name],
        member,
        olds[name],
      )
    }
  }
  lookAt(fields, [], value, before)
  return warnings
}

function hasExpression(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasExpression)
  return isTemplate(value)
}
