import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import type { DocumentOperation, ParamPath } from './operation.ts'

/** Keys of objects in their order, by the JSON Pointer (RFC 6901) of each object within the params of a node. */
export type KeyOrder = Readonly<Record<string, readonly string[]>>

/** Returns the JSON Pointer (RFC 6901) of a value within the params of a node. */
export function paramPointer(path: ParamPath): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Checks whether a pointer leads to the value at another pointer, or to something inside it. */
export function isPointerWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`)
}

/**
 * The keys of an object: first those that `order` lists, in that order, then the others as they come.
 *
 * Listed keys that the object does not have are ignored.
 */
export function orderedKeys(object: JsonObject, order: readonly string[] = []): readonly string[] {
  const listed = [...new Set(order)].filter((key) => Object.hasOwn(object, key))
  if (listed.length === 0) return Object.keys(object)
  const isListed = new Set(listed)
  return [...listed, ...Object.keys(object).filter((key) => !isListed.has(key))]
}

/**
 * Params whose objects have their keys in the order of the author, for readers and for runs.
 *
 * Keys that are integers, such as `"10"`, come first in JavaScript objects, whatever their order is.
 *
 * @param keyOrder - From the node; without one the params are returned as they are.
 * @returns The argument, or a copy that shares its texts and numbers.
 */
export function inKeyOrder(params: JsonObject, keyOrder: KeyOrder | undefined): JsonObject {
  return keyOrder === undefined ? params : (arrange(params, keyOrder, '') as JsonObject)
}

function arrange(value: Json, keyOrder: KeyOrder, pointer: string): Json {
  if (Array.isArray(value)) return value.map((item: Json, index) => arrange(item, keyOrder, `${pointer}/${index}`))
  if (!isJsonObject(value)) return value
  const keys = orderedKeys(value, Object.hasOwn(keyOrder, pointer) ? keyOrder[pointer] : undefined)
  return Object.fromEntries(
    keys.map((key) => [key, arrange(value[key] as Json, keyOrder, pointer + paramPointer([key]))]),
  )
}

/** An operation that changes something inside `params`. */
export type ParamOperation = Extract<DocumentOperation, { readonly path: ParamPath }>

/**
 * The key order of a node after one of its params has changed: an order moves with the list item that holds its
 * object, and goes away with the object. A new value keeps the orders of the objects that it has at the same pointers.
 */
export function keyOrderAfter(keyOrder: KeyOrder, operation: ParamOperation): KeyOrder {
  const pointers = Object.keys(keyOrder)
  if (pointers.length === 0) return keyOrder
  const moved = movedPointers(operation)
  if (pointers.every((pointer) => moved(pointer) === pointer)) return keyOrder
  return Object.fromEntries(
    Object.entries(keyOrder).flatMap(([pointer, keys]) => {
      const next = moved(pointer)
      return next === null ? [] : [[next, keys]]
    }),
  )
}

/** Returns the pointer of an object after a change; `null` if the object is removed. */
type MovedPointer = (pointer: string) => string | null

function movedPointers(operation: ParamOperation): MovedPointer {
  const { op, path } = operation
  if (op === 'set_param') return withValue(path, operation.value)
  return op === 'unset_param' ? withoutParam(path) : withItems(path, op === 'insert_param_item' ? 1 : -1)
}

function withValue(path: ParamPath, value: Json): MovedPointer {
  const set = paramPointer(path)
  const objects = new Set(objectPointers(value, set))
  return (pointer) => (isPointerWithin(pointer, set) && !objects.has(pointer) ? null : pointer)
}

function objectPointers(value: Json, pointer: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => objectPointers(item, `${pointer}/${index}`))
  if (!isJsonObject(value)) return []
  const members = Object.entries(value)
  return [pointer, ...members.flatMap(([key, member]) => objectPointers(member, pointer + paramPointer([key])))]
}

function withoutParam(path: ParamPath): MovedPointer {
  const gone = paramPointer(path)
  return (pointer) => (isPointerWithin(pointer, gone) ? null : pointer)
}

function withItems(path: ParamPath, shift: 1 | -1): MovedPointer {
  const list = `${paramPointer(path.slice(0, -1))}/`
  const changed = Number(path.at(-1))
  return (pointer) => {
    const [item, ...below] = pointer.startsWith(list) ? pointer.slice(list.length).split('/') : []
    const index = Number(item)
    if (item === undefined || !Number.isInteger(index) || index < changed) return pointer
    return shift === -1 && index === changed ? null : `${list}${[String(index + shift), ...below].join('/')}`
  }
}

/**
 * Returns the key orders of the objects inside a value, for those whose keys are not sorted.
 *
 * @param path - Path of the value within the params.
 */
export function writtenKeyOrder(value: Json, path: ParamPath): KeyOrder {
  const orders: Record<string, readonly string[]> = {}
  collect(value, paramPointer(path), orders)
  return orders
}

function collect(value: Json, pointer: string, orders: Record<string, readonly string[]>): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) collect(item as Json, `${pointer}/${index}`, orders)
  } else if (isJsonObject(value)) {
    const keys = Object.keys(value)
    if (!isSorted(keys)) orders[pointer] = keys
    for (const key of keys) collect(value[key] as Json, pointer + paramPointer([key]), orders)
  }
}

/** Checks whether keys are in the order in which documents are stored: by UTF-16 code unit. */
export function isSorted(keys: readonly string[]): boolean {
  return keys.every((key, index) => index === 0 || (keys[index - 1] as string) < key)
}
