import { isJsonObject, type Json } from '../json.ts'
import { maskCredentials } from './mask-credentials.ts'
import { MASK } from './mask-text.ts'

/**
 * Puts recorded credentials back into a value that a person has edited where they are masked: each text that is the mask of
 * the recorded one at the same path. Other texts with a mask stay as they are.
 *
 * @param recorded - The value before it was masked by {@link maskCredentials}.
 */
export function restoreMasked(edited: Json, recorded: Json): Json {
  return restore(edited, maskCredentials(recorded), recorded)
}

function restore(edited: Json, masked: Json | undefined, recorded: Json | undefined): Json {
  if (typeof edited === 'string') {
    const isMask = edited.includes(MASK) && edited === masked && recorded !== undefined
    return isMask ? recorded : edited
  }
  if (Array.isArray(edited)) {
    const [shown, before] = [listOf(masked), listOf(recorded)]
    return edited.map((item: Json, index) => restore(item, shown[index], before[index]))
  }
  if (!isJsonObject(edited)) return edited
  const entries = Object.entries(edited).map(([key, member]): [string, Json] => [
    key,
    restore(member, memberOf(masked, key), memberOf(recorded, key)),
  ])
  return Object.fromEntries(entries)
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** Returns the paths of texts that contain a mask: values that people have copied from where credentials are hidden. */
export function maskedPaths(value: Json, path: readonly (string | number)[] = []): readonly (string | number)[][] {
  if (typeof value === 'string') return value.includes(MASK) ? [[...path]] : []
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => maskedPaths(item, [...path, index]))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) => maskedPaths(item, [...path, key]))
}
