import { isJsonObject, type Json } from '@tenon/core/document'

/**
 * The data of an event as people want to see it: values in place of the references that name them; of a value that
 * lies in the payload store only its size is told.
 */
export function readableData(data: Json): Json {
  if (!isJsonObject(data)) return data
  const readable: Record<string, Json> = {}
  for (const [key, value] of Object.entries(data)) readable[key] = inPlace(value)
  return readable
}

function inPlace(value: Json): Json {
  if (!isJsonObject(value) || typeof value['hash'] !== 'string' || typeof value['size'] !== 'number') return value
  if (value['inline'] !== undefined) return value['inline']
  return { size: value['size'], ...(value['keys'] === undefined ? {} : { keys: value['keys'] }) }
}
