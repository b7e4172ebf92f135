import * as Y from 'yjs'
import { FORBIDDEN_KEYS } from '../document/json-values.ts'
import { DOCUMENT_LIMITS } from '../document/limits.ts'
import type { Json } from '../json.ts'
import { cutText, textFault, toWellFormed } from '../text/index.ts'
import { isAbsentText } from './shared-text.ts'

/** Returns a storable text: lone surrogates replaced, cut to `max` characters. */
export function plainText(text: string, max: number = DOCUMENT_LIMITS.textLength): string {
  return toWellFormed(cutText(text, max))
}

/** Reports something that had to be left out, as a sentence. */
export type Report = (sentence: string) => void

interface Reading {
  readonly label: string
  readonly report: Report
}

function isReadableKey(key: string): boolean {
  return !FORBIDDEN_KEYS.includes(key) && key.length <= DOCUMENT_LIMITS.nameLength && textFault(key) === null
}

/** Returns the members of a Y.Map, several times as fast as its iterator. */
export function sharedEntries(map: Y.Map<unknown>): [string, unknown][] {
  const entries: [string, unknown][] = []
  map.forEach((member, key) => {
    entries.push([key, member])
  })
  return entries
}

function readMembers(entries: [string, unknown][], depth: number, { label, report }: Reading): Json {
  const members: [string, Json][] = []
  for (const [key, member] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (isAbsentText(member) || member === undefined) continue
    const at = `${label}.${key}`
    if (!isReadableKey(key) || members.length >= DOCUMENT_LIMITS.members) {
      report(`${at} cannot be read: the key is invalid, or the object has too many members`)
      continue
    }
    const read = readValue(member, depth - 1, { label: at, report })
    if (read !== undefined) members.push([key, read])
  }
  return Object.fromEntries(members)
}

function readItems(items: readonly unknown[], depth: number, { label, report }: Reading): Json {
  if (items.length > DOCUMENT_LIMITS.members) report(`${label} cut to ${DOCUMENT_LIMITS.members} items`)
  // An item that cannot be read becomes null, so that the others keep their index.
  return items
    .slice(0, DOCUMENT_LIMITS.members)
    .map((item, index) => readValue(item, depth - 1, { label: `${label}.${index}`, report }) ?? null)
}

/** Checks for a JSON object that is stored as one value: no Y type, no bytes, no list. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  const isForeign = value instanceof Y.AbstractType || value instanceof Y.Doc
  return !isForeign && Object.prototype.toString.call(value) === '[object Object]'
}

function readContainer(value: unknown, depth: number, reading: Reading): Json | undefined {
  if (depth <= 0) {
    reading.report(`${reading.label} cannot be read: it is nested too deep`)
    return undefined
  }
  if (value instanceof Y.Map) return readMembers(sharedEntries(value), depth, reading)
  if (value instanceof Y.Array) return readItems(value.toArray(), depth, reading)
  if (Array.isArray(value)) return readItems(value, depth, reading)
  if (isPlainObject(value)) return readMembers(Object.entries(value), depth, reading)
  reading.report(`${reading.label} cannot be read: it is not a JSON value`)
  return undefined
}

function readText(text: string, { label, report }: Reading): string {
  const read = plainText(text)
  if (read.length < text.length) report(`${label} cut to ${DOCUMENT_LIMITS.textLength} characters`)
  return read
}

/**
 * Converts a value of a draft to JSON; `undefined` if it cannot be read.
 *
 * @param depth - Levels of objects and lists that may follow.
 */
export function readValue(value: unknown, depth: number, reading: Reading): Json | undefined {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return readText(value, reading)
  if (value instanceof Y.Text) return readText(value.toString(), reading)
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0
  return readContainer(value, depth, reading)
}

/** Converts a shared value to JSON without a report: unreadable parts become `null`. */
export function plainValue(value: unknown): Json {
  return readValue(value, DOCUMENT_LIMITS.valueDepth, { label: '', report: () => {} }) ?? null
}
