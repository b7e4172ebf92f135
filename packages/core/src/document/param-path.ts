import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { malformed, type Path } from './faults.ts'
import type { ParamPath } from './operation.ts'

type Change = (container: Json, key: string | number, fullPath: Path) => Json

function withItem(list: readonly Json[], index: string | number, fullPath: Path, max: number): number {
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index > max) {
    malformed(fullPath, `is not an index of a list of ${list.length}`)
  }
  return index
}

function childOf(container: Json, key: string | number, fullPath: Path): Json {
  if (Array.isArray(container)) return container[withItem(container, key, fullPath, container.length - 1)] as Json
  if (!isJsonObject(container)) malformed(fullPath, 'is inside a value that is not an object or list')
  const child = typeof key === 'string' && Object.hasOwn(container, key) ? container[key] : undefined
  return child === undefined ? malformed(fullPath, 'does not exist') : child
}

function replaceChild(container: Json, key: string | number, child: Json): Json {
  if (Array.isArray(container)) return container.with(key as number, child)
  return { ...(container as JsonObject), [key]: child }
}

function changeAt(container: Json, path: ParamPath, depth: number, change: Change): Json {
  const key = path[depth] as string | number
  const fullPath = ['params', ...path.slice(0, depth + 1)]
  if (depth === path.length - 1) return change(container, key, fullPath)
  return replaceChild(container, key, changeAt(childOf(container, key, fullPath), path, depth + 1, change))
}

const setChild =
  (value: Json): Change =>
  (container, key, fullPath) => {
    if (Array.isArray(container)) childOf(container, key, fullPath)
    else if (!isJsonObject(container)) malformed(fullPath, 'is inside a value that is not an object or list')
    else if (typeof key !== 'string') malformed(fullPath, 'is a number, but its parent is an object')
    return replaceChild(container, key, value)
  }

const unsetChild: Change = (container, key, fullPath) => {
  childOf(container, key, fullPath)
  if (Array.isArray(container)) malformed(fullPath, 'is in a list; remove the item instead')
  return Object.fromEntries(Object.entries(container as JsonObject).filter(([name]) => name !== key))
}

const insertItem =
  (value: Json): Change =>
  (container, key, fullPath) => {
    if (!Array.isArray(container)) malformed(fullPath, 'is not in a list')
    return container.toSpliced(withItem(container, key, fullPath, container.length), 0, value)
  }

const removeItem: Change = (container, key, fullPath) => {
  if (!Array.isArray(container)) malformed(fullPath, 'is not in a list')
  return container.toSpliced(withItem(container, key, fullPath, container.length - 1), 1)
}

function change(params: JsonObject, path: ParamPath, how: Change): JsonObject {
  if (path.length === 0) malformed(['params'], 'needs a path of at least one key')
  return changeAt(params, path, 0, how) as JsonObject
}

/** Returns `params` with the value at `path`; all but the last key of the path must exist. */
export function setParam(params: JsonObject, path: ParamPath, value: Json): JsonObject {
  return change(params, path, setChild(value))
}

/** Returns `params` without the object member at `path`, which must exist. */
export function unsetParam(params: JsonObject, path: ParamPath): JsonObject {
  return change(params, path, unsetChild)
}

/** Returns `params` with the value inserted into a list; the last element of `path` is its index. */
export function insertParamItem(params: JsonObject, path: ParamPath, value: Json): JsonObject {
  return change(params, path, insertItem(value))
}

/** Returns `params` without the list item at `path`. */
export function removeParamItem(params: JsonObject, path: ParamPath): JsonObject {
  return change(params, path, removeItem)
}

/** Returns the value at `path`; `undefined` if missing. */
export function paramAt(params: JsonObject, path: ParamPath): Json | undefined {
  let at: Json | undefined = params
  for (const key of path) {
    if (Array.isArray(at) && typeof key === 'number') at = at[key]
    else if (isJsonObject(at) && typeof key === 'string' && Object.hasOwn(at, key)) at = at[key]
    else return undefined
  }
  return at
}
