import type { Json } from '../json.ts'

/** Keys that no JSON object may have, since assigning to them would change its prototype. */
export const FORBIDDEN_KEYS: readonly string[] = Object.freeze(['__proto__'])

/** Keys that no path of an expression may name: reading them could reach functions and prototypes. */
export const FORBIDDEN_PATH_KEYS: readonly string[] = Object.freeze(['__proto__', 'prototype', 'constructor'])

/**
 * Compares two JSON values by content. The order of keys does not matter; members that are `undefined` count as absent.
 */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]))
  }
  if (Array.isArray(b)) return false
  const members = Object.entries(a).filter(([, member]) => member !== undefined)
  const others = new Map(Object.entries(b).filter(([, member]) => member !== undefined))
  return members.length === others.size && members.every(([key, member]) => jsonEqual(member, others.get(key)))
}

/** Copies a value with keys in canonical order, without members that are `undefined`, and with `-0` as `0`. */
export function canonicalJson(value: Json): Json {
  if (typeof value === 'number') return value + 0
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(canonicalJson)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, canonicalJson(member)]),
  )
}
