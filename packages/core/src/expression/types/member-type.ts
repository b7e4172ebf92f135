import type { StaticProperty, StaticType, StaticVariant } from './static-type.ts'
import { UNKNOWN, unionOf } from './static-type.ts'

/** A key as a path names it; `null` for one that is only known when it is evaluated. */
export type MemberKey = string | number | null

/** What a type has at a key. */
export interface MemberType {
  readonly type: StaticType
  /** How many of its variants have the key, at least sometimes. */
  readonly found: number
  readonly total: number
  /** Every variant has it always. */
  readonly isSure: boolean
  /** No schema excludes it: at least one says nothing about other keys. */
  readonly isUndeclared: boolean
  /** The variants without it are null. */
  readonly onlyNullLacks: boolean
}

function isUnknown(type: StaticType): boolean {
  return type.some(({ kind }) => kind === 'unknown')
}

function inVariant(variant: StaticVariant, key: MemberKey): StaticProperty | null {
  const sure = (type: () => StaticType): StaticProperty => ({ type, isRequired: true })
  if (variant.kind === 'unknown') return sure(() => UNKNOWN)
  if (variant.kind === 'list') return typeof key === 'string' ? null : sure(variant.item)
  if (variant.kind !== 'object') return null
  if (key === null) return sure(() => UNKNOWN)
  const declared = variant.properties.get(String(key))
  if (declared !== undefined) return declared
  if (typeof variant.rest === 'function') {
    // Beside declared keys, a schema that allows anything promises no other key.
    return { type: variant.rest, isRequired: variant.properties.size === 0 || !isUnknown(variant.rest()) }
  }
  const saysNothing = variant.rest === 'undeclared' && variant.properties.size === 0
  return saysNothing ? sure(() => UNKNOWN) : null
}

/** Looks a key up in every variant of a type. */
export function memberType(type: StaticType, key: MemberKey): MemberType {
  const properties = type.map((variant) => inVariant(variant, key))
  const found = properties.filter((property) => property !== null)
  const lacking = type.filter((_variant, at) => properties[at] === null)
  return {
    type: unionOf(found.map((property) => property.type())),
    found: found.length,
    total: type.length,
    isSure: lacking.length === 0 && found.every(({ isRequired }) => isRequired),
    isUndeclared: lacking.some((variant) => variant.kind === 'object' && variant.rest === 'undeclared'),
    onlyNullLacks: lacking.length > 0 && lacking.every(({ kind }) => kind === 'null'),
  }
}

/** Every key that a type declares, with what is known of it where it first stands. */
export function membersOf(type: StaticType): ReadonlyMap<string, StaticProperty> {
  const members = new Map<string, StaticProperty>()
  for (const variant of type) {
    if (variant.kind !== 'object') continue
    for (const [key, property] of variant.properties) if (!members.has(key)) members.set(key, property)
  }
  return members
}
