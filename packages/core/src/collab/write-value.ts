import * as Y from 'yjs'
import { jsonEqual } from '../document/json-values.ts'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { plainValue } from './plain-value.ts'
import { clearText, createAbsentText, updateText } from './shared-text.ts'
import { type TextPaths, textKeys, textPathsBelow } from './text-fields.ts'

/** Converts a JSON value to Y types: objects and lists become shared, and texts become Y.Text if `paths` says so. */
export function sharedValue(value: Json, paths: TextPaths): unknown {
  if (typeof value === 'string') return paths.isText ? new Y.Text(value) : value
  if (Array.isArray(value)) {
    const list = new Y.Array<unknown>()
    list.insert(
      0,
      value.map((item, index) => sharedValue(item, textPathsBelow(paths, index))),
    )
    return list
  }
  return isJsonObject(value) ? sharedMap(value, paths) : value
}

/** Converts a JSON object to a Y.Map, with an empty Y.Text for each absent text. */
export function sharedMap(value: JsonObject, paths: TextPaths): Y.Map<unknown> {
  const map = new Y.Map<unknown>()
  for (const [key, member] of Object.entries(value)) map.set(key, sharedValue(member, textPathsBelow(paths, key)))
  for (const key of textKeys(paths)) if (!Object.hasOwn(value, key)) map.set(key, createAbsentText())
  return map
}

/** Updates a shared value in place; returns `false` if it has to be replaced. */
function updateInPlace(existing: unknown, value: Json, paths: TextPaths): boolean {
  if (existing instanceof Y.Text && typeof value === 'string') {
    updateText(existing, value)
    return true
  }
  if (existing instanceof Y.Map && isJsonObject(value)) {
    updateMap(existing, value, paths)
    return true
  }
  if (existing instanceof Y.Array && Array.isArray(value)) {
    updateList(existing, value, paths)
    return true
  }
  const isPlain = !(existing instanceof Y.AbstractType)
  return isPlain && !(paths.isText && typeof value === 'string') && jsonEqual(existing, value)
}

/** Sets a member of a Y.Map with the fewest changes. */
export function setMember(map: Y.Map<unknown>, key: string, value: Json, paths: TextPaths): void {
  if (!updateInPlace(map.get(key), value, paths)) map.set(key, sharedValue(value, paths))
}

/** Sets an item of a Y.Array with the fewest changes. */
export function setItem(list: Y.Array<unknown>, index: number, value: Json, paths: TextPaths): void {
  if (updateInPlace(list.get(index), value, paths)) return
  list.delete(index)
  list.insert(index, [sharedValue(value, paths)])
}

/** Removes a member; a text that is edited by character is emptied and counts as absent. */
export function unsetMember(map: Y.Map<unknown>, key: string, paths: TextPaths): void {
  const existing = map.get(key)
  if (paths.isText && existing instanceof Y.Text) clearText(existing)
  else map.delete(key)
}

function updateMap(map: Y.Map<unknown>, value: JsonObject, paths: TextPaths): void {
  for (const key of [...map.keys()]) {
    if (!Object.hasOwn(value, key)) unsetMember(map, key, textPathsBelow(paths, key))
  }
  for (const [key, member] of Object.entries(value)) setMember(map, key, member, textPathsBelow(paths, key))
}

/** Counts the items that two lists share at their start and, beyond that, at their end. */
export function commonEnds(current: readonly unknown[], next: readonly unknown[]): { start: number; end: number } {
  const shorter = Math.min(current.length, next.length)
  let start = 0
  while (start < shorter && jsonEqual(current[start], next[start])) start++
  let end = 0
  while (end < shorter - start && jsonEqual(current.at(-1 - end), next.at(-1 - end))) end++
  return { start, end }
}

function updateList(list: Y.Array<unknown>, value: readonly Json[], paths: TextPaths): void {
  const current = list.toArray().map(plainValue)
  const { start, end } = commonEnds(current, value)
  const shared = Math.min(current.length, value.length) - end
  for (let index = start; index < shared; index++) {
    setItem(list, index, value[index] as Json, textPathsBelow(paths, index))
  }
  if (current.length > value.length) list.delete(shared, current.length - value.length)
  const added = value.slice(shared, shared + Math.max(0, value.length - current.length))
  if (added.length > 0) {
    list.insert(
      shared,
      added.map((item, index) => sharedValue(item, textPathsBelow(paths, index))),
    )
  }
}
