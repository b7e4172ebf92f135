import type { StaticProperty, StaticType, StaticVariant } from './static-type.ts'
import { UNKNOWN, unionOf } from './static-type.ts'

/** A key of a path; `null` for one that is known only at evaluation. */
export type MemberKey = string | number | null

/** Result of looking up a key in a type. */
export interface MemberType {
  readonly type: StaticType
  /** Number of variants that may have the key. */
  readonly found: number
  readonly total: number
  /** True if every variant always has the key. */
  readonly isSure: boolean
  /** True if no schema declares the key and at least one does not exclude other keys. */
  readonly isUndeclared: boolean
  /** True if all variants without the key are null. */
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
    // If another schema declares keys, a schema that allows anything adds no key.
    return { type: variant.rest, isRequired: variant.properties.size === 0 || !isUnknown(variant.rest()) }
  }
  const saysNothing = variant.rest === 'undeclared' && variant.properties.size === 0
  return saysNothing ? sure(() => UNKNOWN) : null
}

/** Returns the member of a type of one variant, the usual case. */
function ofOneVariant(variant: StaticVariant, property: StaticProperty | null): MemberType {
  return {
    type: property === null ? [] : unionOf([property.type()]),
    found: property === null ? 0 : 1,
    total: 1,
    isSure: property?.isRequired === true,
    isUndeclared: property === null && variant.kind === 'object' && variant.rest === 'undeclared',
    onlyNullLacks: property === null && variant.kind === 'null',
  }
}

/** Looks a key up in every variant of a type. */
export function memberType(type: StaticType, key: MemberKey): MemberType {
  const [only] = type
  if (type.length === 1 && only !== undefined) return ofOneVariant(only, inVariant(only, key))
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

/** Returns all declared keys of a type, each with its first declaration. */
export function membersOf(type: StaticType): ReadonlyMap<string, StaticProperty> {
  const members = new Map<string, StaticProperty>()
  for (const variant of type) {
    if (variant.kind !== 'object') continue
    for (const [key, property] of variant.properties) if (!members.has(key)) members.set(key, property)
  }
  return members
}
