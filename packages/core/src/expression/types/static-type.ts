import { KIND_NAMES, type ValueKind } from '../functions/signature.ts'

/** A key that a value may have, by its schema. */
export interface StaticProperty {
  readonly type: () => StaticType
  /** True if the key is always present. */
  readonly isRequired: boolean
  readonly title?: string
  readonly description?: string
}

export interface StaticObject {
  readonly kind: 'object'
  readonly properties: ReadonlyMap<string, StaticProperty>
  /** Other keys: none, undeclared, or of this type. */
  readonly rest: 'none' | 'undeclared' | (() => StaticType)
}

/** One kind of value that an expression may give. */
export type StaticVariant =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'null' | 'boolean' | 'number' }
  /** `values` where only some texts are possible. */
  | { readonly kind: 'text'; readonly values?: readonly string[] }
  | { readonly kind: 'list'; readonly item: () => StaticType }
  | StaticObject

/** Type of a value, known before evaluation: one of these variants. An empty list fits no value. */
export type StaticType = readonly StaticVariant[]

export const UNKNOWN: StaticType = Object.freeze([{ kind: 'unknown' }] as const)
const MOST_VARIANTS = 64

export const isUnknown = (type: StaticType): boolean => type.some(({ kind }) => kind === 'unknown')

/** Returns the type of a kind without further knowledge. */
export function typeOfKind(kind: ValueKind | 'any'): StaticType {
  if (kind === 'any') return UNKNOWN
  if (kind === 'list') return [{ kind, item: () => UNKNOWN }]
  if (kind === 'object') return [{ kind, properties: new Map(), rest: () => UNKNOWN }]
  return [{ kind }]
}

export function listOf(item: StaticType): StaticType {
  return [{ kind: 'list', item: () => item }]
}

/** Returns the union of types. Plain variants are listed once; objects and lists remain separate cases. */
export function unionOf(types: readonly StaticType[]): StaticType {
  const [only] = types
  if (types.length === 1 && only?.length === 1) return only
  const plain = new Map<string, StaticVariant>()
  const cases: StaticVariant[] = []
  const texts = new Set<string>()
  let isAnyText = false
  for (const variant of types.flat()) {
    if (variant.kind === 'unknown') return UNKNOWN
    if (variant.kind === 'list' || variant.kind === 'object') cases.push(variant)
    else plain.set(variant.kind, variant)
    if (variant.kind !== 'text') continue
    if (variant.values === undefined) isAnyText = true
    else for (const text of variant.values) texts.add(text)
  }
  if (plain.has('text')) plain.set('text', isAnyText ? { kind: 'text' } : { kind: 'text', values: [...texts] })
  if (cases.length > MOST_VARIANTS) return UNKNOWN
  const isNull = ({ kind }: StaticVariant) => kind === 'null'
  const known = [...plain.values()]
  return [...known.filter((variant) => !isNull(variant)), ...cases, ...known.filter(isNull)]
}

export function withoutNull(type: StaticType): StaticType {
  return type.filter(({ kind }) => kind !== 'null')
}

export function orNull(type: StaticType): StaticType {
  return unionOf([type, typeOfKind('null')])
}

/** Returns the possible kinds of a type, each once; `null` for any kind. */
export function kindsOf(type: StaticType): readonly ValueKind[] | null {
  if (isUnknown(type)) return null
  const kinds = type.map(({ kind }) => kind as ValueKind)
  return kinds.length < 2 ? kinds : [...new Set(kinds)]
}

/** Formats kinds for messages: `a text`, `a number or null`. */
export function describeKinds(kinds: readonly ValueKind[]): string {
  return kinds.map((kind) => KIND_NAMES[kind]).join(' or ')
}

/** Joins the names of kinds by commas, for the values of a problem: `text, null`. */
export function listKinds(kinds: readonly ValueKind[]): string {
  return kinds.join(', ')
}

/** Formats a short name of a type for completion lists: `text`, `list of object`, `number or null`. */
export function describeType(type: StaticType): string {
  const kinds = kindsOf(type)
  if (kinds === null || kinds.length === 0) return 'any'
  const names = type.map((variant) => {
    const items = variant.kind === 'list' ? kindsOf(variant.item()) : null
    return items === null || items.length === 0 ? variant.kind : `list of ${items.join(' or ')}`
  })
  return [...new Set(names)].join(' or ')
}
