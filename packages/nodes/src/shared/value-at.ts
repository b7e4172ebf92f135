import { isJsonObject, type Json } from '@tenon/core/document'

/** Returns the value at a path of keys; `undefined` if there is none. */
export function valueAt(value: Json, path: readonly string[]): Json | undefined {
  let found: Json | undefined = value
  for (const key of path) found = isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
  return found
}
