import { isJsonObject, type Json } from '@tenon/core/document'
import { isNumberText } from '@tenon/core/text'
import { textOf } from './text-of.ts'

/** Types of a field for any value, in display order. */
export const VALUE_TYPES = ['text', 'number', 'boolean', 'list', 'object', 'expression'] as const
/** One of {@link VALUE_TYPES}. */
export type ValueType = (typeof VALUE_TYPES)[number]

const WHOLE_EXPRESSION = /^\s*\{\{(?:(?!\}\}|\{\{)[\s\S])*\}\}\s*$/

/** Returns the type of a stored value: that of its JSON; a text of exactly one expression is an expression. */
export function valueTypeOf(value: Json | undefined): ValueType {
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  if (Array.isArray(value)) return 'list'
  if (isJsonObject(value)) return 'object'
  return typeof value === 'string' && WHOLE_EXPRESSION.test(value) ? 'expression' : 'text'
}

/** Converts JSON to an expression, which it is except for braces that would end the template. */
function expressionOf(value: Json | undefined): string {
  // A space separates nested braces, which would end the template.
  const text = JSON.stringify(value ?? null, null, 1).replaceAll(/\n */g, ' ')
  return text.includes('{{') || text.includes('}}') ? '{{}}' : `{{ ${text} }}`
}

/** Converts a value to another type, or to the empty value of the type if it cannot be converted. */
export function convertValue(value: Json | undefined, type: ValueType): Json {
  if (valueTypeOf(value) === type) return value ?? ''
  const text = textOf(value).trim()
  switch (type) {
    case 'text':
      return valueTypeOf(value) === 'expression' ? '' : textOf(value)
    case 'number':
      return isNumberText(text) && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER ? Number(text) : 0
    case 'boolean':
      return text === 'true'
    case 'list':
      return value === undefined || value === null || value === '' || valueTypeOf(value) === 'expression' ? [] : [value]
    case 'object':
      return {}
    case 'expression':
      return expressionOf(value === '' ? undefined : value)
  }
}
