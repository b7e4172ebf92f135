import * as Y from 'yjs'
import type { Parser } from '../document/grammar.ts'
import { inKeyOrder, type KeyOrder } from '../document/key-order.ts'
import { DOCUMENT_LIMITS } from '../document/limits.ts'
import * as shape from '../document/shape.ts'
import type { NodePolicy, WorkflowNode } from '../document/types.ts'
import { NODE_ID_PATTERN, PORT_NAME_PATTERN } from '../ids.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { plainText, type Report, readValue } from './plain-value.ts'

/** Returns the parsed value; `undefined` if it is invalid. */
export function attempt<Value>(parse: Parser<Value>, value: unknown): Value | undefined {
  // Most optional fields are absent, and creating an error is expensive.
  if (value === undefined) return undefined
  try {
    return parse(value, [])
  } catch {
    return undefined
  }
}

/** Reads a short text of a draft, stored as a Y.Text or as a string. */
export function readText(value: unknown, max: number): string {
  if (typeof value === 'string') return plainText(value, max)
  return value instanceof Y.Text ? plainText(value.toString(), max) : ''
}

function readPolicy(value: unknown, label: string, report: Report): NodePolicy | undefined {
  if (value === undefined) return undefined
  const read = readValue(value, DOCUMENT_LIMITS.valueDepth, { label, report })
  if (!isJsonObject(read)) {
    report(`${label} cannot be read: it is not an object`)
    return undefined
  }
  const sound = Object.entries(read).filter(([field, fieldValue]) => {
    const fits = attempt(shape.policy, { [field]: fieldValue }) !== undefined
    if (!fits) report(`${label}.${field} cannot be read: it is not a valid policy value`)
    return fits
  })
  return sound.length === 0 ? undefined : (Object.fromEntries(sound) as NodePolicy)
}

function readParams(value: unknown, label: string, report: Report): JsonObject {
  const read = value === undefined ? {} : readValue(value, DOCUMENT_LIMITS.paramDepth, { label, report })
  if (!isJsonObject(read)) {
    report(`${label} cannot be read: they are not an object`)
    return {}
  }
  const sound = Object.entries(read).filter(([name]) => {
    const fits = PORT_NAME_PATTERN.test(name)
    if (!fits) report(`${label}.${name} cannot be read: the name is not a valid param name`)
    return fits
  })
  return Object.fromEntries(sound)
}

/** Reads the key order and reports unreadable entries, whose objects have sorted keys. */
function readKeyOrder(value: unknown, label: string, report: Report): KeyOrder | undefined {
  if (value === undefined) return undefined
  const read = readValue(value, DOCUMENT_LIMITS.valueDepth, { label, report })
  if (!isJsonObject(read)) {
    report(`${label} cannot be read: it is not an object`)
    return undefined
  }
  const sound = Object.entries(read).filter(([pointer, keys]) => {
    const fits = attempt(shape.keyOrder, { [pointer]: keys }) !== undefined
    if (!fits) report(`${label} ${pointer} cannot be read: it is not a list of keys`)
    return fits
  })
  return sound.length === 0 ? undefined : (Object.fromEntries(sound) as Record<string, readonly string[]>)
}

/** A node as stored in its Y.Map, without its position. */
export interface DraftNode {
  readonly node: Omit<WorkflowNode, 'position'>
  readonly order: unknown
}

/** Reads one node; `null` if the entry is not a node. Unreadable fields are left out. */
export function readNode(id: string, entry: unknown, report: Report): DraftNode | null {
  const label = `Node ${plainText(id, 64)}`
  if (!NODE_ID_PATTERN.test(id) || !(entry instanceof Y.Map)) {
    report(`${label} cannot be read: it is not a node`)
    return null
  }
  const type = attempt(shape.nodeType, entry.get('type'))
  const typeVersion = attempt(shape.typeVersion, entry.get('typeVersion'))
  if (type === undefined || typeVersion === undefined) {
    report(`${label} cannot be read: its type is missing or invalid`)
    return null
  }
  const parentId = attempt(shape.nodeId, entry.get('parentId'))
  const policy = readPolicy(entry.get('policy'), `${label} policy`, report)
  const keyOrder = readKeyOrder(entry.get('keyOrder'), `${label} key order`, report)
  const notes = readText(entry.get('notes'), DOCUMENT_LIMITS.notesLength)
  return {
    order: entry.get('order'),
    node: {
      id,
      type,
      typeVersion,
      name: readText(entry.get('name'), DOCUMENT_LIMITS.nameLength),
      params: inKeyOrder(readParams(entry.get('params'), `${label} params`, report), keyOrder),
      ...(keyOrder === undefined ? {} : { keyOrder }),
      ...(parentId === undefined ? {} : { parentId }),
      ...(policy === undefined ? {} : { policy }),
      ...(entry.get('disabled') === true ? { disabled: true } : {}),
      ...(entry.get('locked') === true ? { locked: true } : {}),
      ...(notes === '' ? {} : { notes }),
    },
  }
}
