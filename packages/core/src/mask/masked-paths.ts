import { isJsonObject, type Json } from '../json.ts'
import { MASK } from './mask-text.ts'

/** Returns the paths of texts that contain a mask: values that people have copied from where credentials are hidden. */
export function maskedPaths(value: Json, path: readonly (string | number)[] = []): readonly (string | number)[][] {
  if (typeof value === 'string') return value.includes(MASK) ? [[...path]] : []
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => maskedPaths(item, [...path, index]))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) => maskedPaths(item, [...path, key]))
}
