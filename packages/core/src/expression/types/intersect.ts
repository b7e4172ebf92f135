import {
  isUnknown,
  type StaticObject,
  type StaticProperty,
  type StaticType,
  type StaticVariant,
} from './static-type.ts'

function bothProperties(left: StaticProperty, right: StaticProperty): StaticProperty {
  return {
    ...right,
    ...left,
    type: () => intersect(left.type(), right.type()),
    isRequired: left.isRequired || right.isRequired,
  }
}

function bothObjects(left: StaticObject, right: StaticObject): StaticObject {
  const properties = new Map(left.properties)
  for (const [key, property] of right.properties) {
    const known = properties.get(key)
    properties.set(key, known === undefined ? property : bothProperties(known, property))
  }
  const rest = [left.rest, right.rest].find((candidate) => candidate !== 'undeclared') ?? 'undeclared'
  return { kind: 'object', properties, rest }
}

function bothVariants(left: StaticVariant, right: StaticVariant): StaticVariant | null {
  if (left.kind === 'object' && right.kind === 'object') return bothObjects(left, right)
  if (left.kind === 'list' && right.kind === 'list') {
    return { kind: 'list', item: () => intersect(left.item(), right.item()) }
  }
  if (left.kind === 'text' && right.kind === 'text') return left.values === undefined ? right : left
  return left.kind === right.kind ? left : null
}

/** Returns the intersection of two types, for `allOf`; the properties of both sides are merged. */
export function intersect(left: StaticType, right: StaticType): StaticType {
  if (isUnknown(left)) return right
  if (isUnknown(right)) return left
  return left.flatMap((variant) => right.flatMap((other) => bothVariants(variant, other) ?? []))
}
