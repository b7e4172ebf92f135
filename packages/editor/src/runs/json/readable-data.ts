import { isJsonObject, type Json } from '@tenon/core/document'

/**
 * Converts the data of an event for people: references are replaced by their values; of a value in the payload store
 * only the size is shown.
 */
export function readableData(data: Json): Json {
  if (!isJsonObject(data)) return data
  const readable: Record<string, Json> = {}
  for (const [key, value] of Object.entries(data)) readable[key] = inlineValue(value)
  return readable
}

function inlineValue(value: Json): Json {
  if (!isJsonObject(value) || typeof value['hash'] !== 'string' || typeof value['size'] !== 'number') return value
  if (value['inline'] !== undefined) return value['inline']
  return { size: value['size'], ...(value['keys'] === undefined ? {} : { keys: value['keys'] }) }
}
