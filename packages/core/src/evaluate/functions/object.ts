import type { Json, JsonObject } from '../../json.ts'
import type { FunctionBodies, FunctionBody, FunctionCall } from '../function-body.ts'
import { spendItems, spendSize, spendSteps } from '../meter.ts'
import { readPath, valueAt } from '../path-in-items.ts'
import { aKind, allowKey, kindOf, ownKeys, ownValue } from '../values.ts'

type Builder = Record<string, Json>

/** Adds a member to an object that a function builds. */
function put(builder: Builder, key: string, value: Json, { evaluation, span }: FunctionCall): void {
  spendSize(evaluation.meter, key.length + 8)
  builder[allowKey(key, span)] = value
}

function putAll(builder: Builder, object: JsonObject, keys: readonly string[], call: FunctionCall): void {
  for (const key of keys) put(builder, key, ownValue(object, key) as Json, call)
}

function members(object: Json, { evaluation, span }: FunctionCall): [string, Json][] {
  const source = object as JsonObject
  const keys = ownKeys(evaluation.meter, source)
  return keys.map((key) => {
    const value = ownValue(source, key) as Json
    kindOf(value, span)
    return [key, value]
  })
}

function keyTexts(list: Json, call: FunctionCall): readonly string[] {
  const keys = list as readonly Json[]
  spendSteps(call.evaluation.meter, keys.length)
  return keys.map((key) => {
    if (typeof key === 'string') return key
    throw call.fault('EXPRESSION_TYPE', `${call.name} takes texts as keys, not ${aKind(kindOf(key, call.span))}`)
  })
}

const fromEntries: FunctionBody = ([list], call) => {
  const items = list as readonly Json[]
  spendItems(call.evaluation.meter, items.length)
  const object: Builder = {}
  for (const item of items) {
    const entry = kindOf(item, call.span) === 'object' ? (item as JsonObject) : {}
    const key = ownValue(entry, 'key')
    const value = ownValue(entry, 'value')
    if (typeof key !== 'string' || value === undefined) {
      throw call.fault('EXPRESSION_TYPE', 'fromEntries takes objects with a text as key, and a value')
    }
    put(object, key, value, call)
  }
  return object
}

const merge: FunctionBody = (args, call) => {
  const merged: Builder = {}
  for (const object of args as readonly JsonObject[]) {
    putAll(merged, object, ownKeys(call.evaluation.meter, object), call)
  }
  return merged
}

const set: FunctionBody = ([object, key, value], call) => {
  const changed: Builder = {}
  putAll(changed, object as JsonObject, ownKeys(call.evaluation.meter, object as JsonObject), call)
  put(changed, key as string, value as Json, call)
  return changed
}

const pick: FunctionBody = ([object, keys], call) => {
  const source = object as JsonObject
  const picked: Builder = {}
  const present = keyTexts(keys as Json, call).filter((key) => ownValue(source, allowKey(key, call.span)) !== undefined)
  putAll(picked, source, present, call)
  return picked
}

const omit: FunctionBody = ([object, keys], call) => {
  const source = object as JsonObject
  const left: Builder = {}
  const omitted = new Set(keyTexts(keys as Json, call))
  const kept = ownKeys(call.evaluation.meter, source).filter((key) => !omitted.has(key))
  putAll(left, source, kept, call)
  return left
}

/** Bodies of the object functions. */
export const OBJECT_BODIES: FunctionBodies = Object.freeze({
  keys: ([object], { evaluation }) => {
    const keys = ownKeys(evaluation.meter, object as JsonObject)
    spendItems(evaluation.meter, keys.length)
    return keys
  },
  values: ([object], call) => {
    const entries = members(object as Json, call)
    spendItems(call.evaluation.meter, entries.length)
    return entries.map(([, value]) => value)
  },
  entries: ([object], call) => {
    const entries = members(object as Json, call)
    spendItems(call.evaluation.meter, 3 * entries.length)
    return entries.map(([key, value]) => ({ key, value }))
  },
  fromEntries,
  get: ([value, path, fallback = null], call) =>
    valueAt(value as Json, readPath(path as string, call), call) ?? (fallback as Json),
  has: ([value, path], call) => valueAt(value as Json, readPath(path as string, call), call) !== undefined,
  merge,
  set,
  pick,
  omit,
})
