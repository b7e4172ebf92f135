import { isJsonObject, type JsonSchema } from '@tenon/core/document'
import type { Translate } from '../messages/format.ts'

const KNOWN_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array'] as const

/** Returns the type of a value in one word: text, number, list. */
export function typeWords(schema: JsonSchema, t: Translate): string {
  const type = typeof schema === 'object' && isJsonObject(schema) ? schema.type : undefined
  const known = KNOWN_TYPES.find((name) => name === type)
  return known === undefined ? t('input.anyType') : t(`schema.type.${known}`)
}
