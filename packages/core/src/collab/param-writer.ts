import * as Y from 'yjs'
import type { ParamPath } from '../document/operation.ts'
import type { Json } from '../json.ts'
import { sharedChild } from './param-text.ts'
import { plainValue } from './plain-value.ts'
import { type TextPaths, textPathsBelow } from './text-fields.ts'
import { setItem, setMember, sharedMap, sharedValue, unsetMember } from './write-value.ts'

type Container = Y.Map<unknown> | Y.Array<unknown>

interface Target {
  readonly container: Container
  readonly key: string | number
  readonly paths: TextPaths
}

/** Returns the params as a Y.Map. The reader treats any other value as empty, so it is replaced. */
function openParams(node: Y.Map<unknown>, paths: TextPaths): Y.Map<unknown> {
  const params = node.get('params')
  if (params instanceof Y.Map) return params
  return node.set('params', sharedMap({}, paths))
}

function put(container: Container, key: string | number, value: unknown): void {
  if (container instanceof Y.Map) {
    container.set(String(key), value)
    return
  }
  container.delete(Number(key))
  container.insert(Number(key), [value])
}

/** Returns the child as a shared value; plain JSON is converted first. */
function enter(container: Container, key: string | number, paths: TextPaths): Container {
  const child = sharedChild(container, key)
  if (child instanceof Y.Map || child instanceof Y.Array) return child
  const shared = sharedValue(plainValue(child), paths) as Container
  put(container, key, shared)
  return shared
}

function find(node: Y.Map<unknown>, path: ParamPath, root: TextPaths): Target {
  let container: Container = openParams(node, root)
  let paths = root
  for (const key of path.slice(0, -1)) {
    paths = textPathsBelow(paths, key)
    container = enter(container, key, paths)
  }
  const key = path.at(-1) as string | number
  return { container, key, paths: textPathsBelow(paths, key) }
}

/** Sets a param in the Y.Map of a node. @param root - The texts of its node type. */
export function writeParam(node: Y.Map<unknown>, path: ParamPath, value: Json, root: TextPaths): void {
  const { container, key, paths } = find(node, path, root)
  if (container instanceof Y.Map) setMember(container, String(key), value, paths)
  else setItem(container, Number(key), value, paths)
}

/** Removes a param. It is a member of an object, which the check of the operation ensures. */
export function clearParam(node: Y.Map<unknown>, path: ParamPath, root: TextPaths): void {
  const { container, key, paths } = find(node, path, root)
  unsetMember(container as Y.Map<unknown>, String(key), paths)
}

/** Inserts an item into a list of the params. */
export function insertItem(node: Y.Map<unknown>, path: ParamPath, value: Json, root: TextPaths): void {
  const { container, key, paths } = find(node, path, root)
  ;(container as Y.Array<unknown>).insert(Number(key), [sharedValue(value, paths)])
}

/** Removes an item from a list of the params. */
export function deleteItem(node: Y.Map<unknown>, path: ParamPath, root: TextPaths): void {
  const { container, key } = find(node, path, root)
  ;(container as Y.Array<unknown>).delete(Number(key))
}
