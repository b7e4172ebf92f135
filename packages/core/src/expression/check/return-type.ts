import type { Expression } from '../ast.ts'
import type { ReturnRule } from '../functions/signature.ts'
import { parsePathText, type StaticSegment } from '../path-text.ts'
import { memberType } from '../types/member-type.ts'
import { isUnknown, listOf, orNull, type StaticType, typeOfKind, UNKNOWN, unionOf } from '../types/static-type.ts'

/** Returns the type of the items of a list; unknown for other types. */
export function itemType(type: StaticType = UNKNOWN): StaticType {
  const lists = type.flatMap((variant) => (variant.kind === 'list' ? [variant.item()] : []))
  return lists.length === 0 || isUnknown(type) ? UNKNOWN : unionOf(lists)
}

/**
 * Returns the segments of a path that is given as a literal; `null` for an invalid path or one that is known only at
 * evaluation.
 */
export function literalPath(argument: Expression | undefined): readonly StaticSegment[] | null {
  if (argument?.kind !== 'literal' || typeof argument.value !== 'string') return null
  try {
    return parsePathText(argument.value)
  } catch {
    return null
  }
}

function pluckedType(list: StaticType | undefined, path: Expression | undefined): StaticType {
  const segments = literalPath(path)
  if (segments === null) return UNKNOWN
  let type = itemType(list)
  for (const segment of segments) {
    const member = memberType(type, segment.kind === 'key' ? segment.key : segment.index)
    if (member.found === 0) return UNKNOWN
    type = member.isSure ? member.type : orNull(member.type)
  }
  return type
}

/** Returns the type of a call, by the rule of its signature and the types of its arguments. */
export function returnType(
  rule: ReturnRule,
  types: readonly StaticType[],
  expressions: readonly Expression[],
): StaticType {
  if (typeof rule === 'string') return typeOfKind(rule)
  if ('listOf' in rule) return listOf(typeOfKind(rule.listOf))
  if ('sameAs' in rule) return types[rule.sameAs] ?? UNKNOWN
  if ('pluckedFrom' in rule) return listOf(pluckedType(types[rule.pluckedFrom], expressions[rule.path]))
  if ('joined' in rule) return listOf(unionOf(types.map(itemType)))
  if ('chunksOf' in rule) return listOf(listOf(itemType(types[rule.chunksOf])))
  if ('groupsOf' in rule) {
    const group = listOf(itemType(types[rule.groupsOf]))
    return [{ kind: 'object', properties: new Map(), rest: () => group }]
  }
  if ('itemOf' in rule) return orNull(itemType(types[rule.itemOf]))
  return orNull(typeOfKind(rule.orNull))
}
