import type { PathExpression, PathSegment, RootExpression } from '../ast.ts'
import { isName } from '../characters.ts'
import type { ValueKind } from '../functions/signature.ts'
import { printText } from '../print-literal.ts'
import { printPath } from '../printer.ts'
import { nearest } from '../suggest.ts'
import { type MemberKey, type MemberType, membersOf, memberType } from '../types/member-type.ts'
import { describeKinds, kindsOf, listKinds, orNull, type StaticType, UNKNOWN } from '../types/static-type.ts'
import { expressionFix, fixTo } from './fix.ts'
import type { Checking, ExpressionFix } from './problem.ts'
import type { ExpressionValues } from './values.ts'

/** Treatment of a missing path: a fault (`strict`) or accepted (`lenient`). */
export type PathMode = 'strict' | 'lenient'

/** Names that only nodes inside a loop can read. */
const LOOP_ROOTS: ReadonlySet<string> = new Set(['item', 'index', 'loop'])

export function checkRoot(checking: Checking, { name, start, end }: RootExpression, mode: PathMode): StaticType {
  const type = checking.root(name)
  if (type !== undefined) return type
  const severity = mode === 'strict' ? 'error' : 'warning'
  if (LOOP_ROOTS.has(name)) {
    const loop = name === 'loop' ? 'a loop' : 'a loop over a list'
    const message = `${name} exists only inside ${loop}; after the loop, read its results`
    const values = { reason: 'outside_loop', path: name } as const
    checking.report({ code: 'EXPRESSION_PATH_MISSING', severity, message, values, start, end })
    return UNKNOWN
  }
  const meant = nearest(name, checking.rootNames)
  const hint = meant === null ? '' : `; did you mean ${meant}?`
  checking.report({
    code: 'EXPRESSION_PATH_MISSING',
    severity,
    message: `There is no ${name} here${hint}`,
    values: { reason: 'name', path: name, meant: meant ?? '' },
    start,
    end,
    ...fixTo(meant, { start, end }),
  })
  return UNKNOWN
}

/** Creates a fix that replaces the key of a segment; a key that is not a name needs brackets. */
function keyFix({ text }: Checking, segment: PathSegment, key: string): ExpressionFix {
  const { start, end } = segment
  const change = (written: string, from: number) =>
    expressionFix('CHANGE_TO', { text: key }, { text: written, start: from, end })
  const isBracketed = text[start] === '"' || text[start] === "'"
  if (isBracketed) return change(printText(key), start)
  if (isName(key)) return change(key, start)
  return change(`[${printText(key)}]`, text.lastIndexOf('.', start))
}

function optionalFix({ text }: Checking, { start }: PathSegment): { readonly fix?: ExpressionFix } {
  const before = text[start - 1]
  if (before !== '.' && before !== '[') return {}
  const written = before === '.' ? '?.' : '?.['
  return { fix: expressionFix('USE_NULL', {}, { text: written, start: start - 1, end: start }) }
}

interface Access {
  readonly path: PathExpression
  readonly at: number
  readonly segment: PathSegment
  readonly owner: StaticType
  readonly member: MemberType
}

const OUTPUT = 'output'

/**
 * Returns the key of a node's output that a path without `.output` probably means, such as `amount` in
 * `nodes.start.amount`; `null` for other paths.
 */
function meantInOutput({ path, at, segment, owner }: Access): string | null {
  if (at !== 1 || path.base.kind !== 'root' || path.base.name !== 'nodes' || segment.kind !== 'key') return null
  const output = membersOf(owner).get(OUTPUT)?.type() ?? []
  const keys = [...membersOf(output).keys()]
  return keys.includes(segment.key) ? segment.key : nearest(segment.key, keys)
}

/** Creates a fix that reads a key of a node's output instead of the key of a segment. */
function outputFix({ text }: Checking, { start, end }: PathSegment, key: string): ExpressionFix {
  const isBracketed = text[start] === '"' || text[start] === "'"
  const inDots = `${OUTPUT}${isName(key) ? `.${key}` : `[${printText(key)}]`}`
  const written = isBracketed ? `${printText(OUTPUT)}][${printText(key)}` : inDots
  return expressionFix('CHANGE_TO', { text: `${OUTPUT}.${key}` }, { text: written, start, end })
}

/** Finds the name that was probably meant by a missing key, with the fix that changes the key to it. */
function meantBy(checking: Checking, access: Access): { readonly meant: string; readonly fix: ExpressionFix } | null {
  const { segment, owner } = access
  const inOutput = meantInOutput(access)
  if (inOutput !== null) return { meant: `${OUTPUT}.${inOutput}`, fix: outputFix(checking, segment, inOutput) }
  const meant = segment.kind === 'key' ? nearest(segment.key, [...membersOf(owner).keys()]) : null
  return meant === null ? null : { meant, fix: keyFix(checking, segment, meant) }
}

function reportMissing(checking: Checking, access: Access, mode: PathMode): void {
  const { path, at, segment, owner, member } = access
  const { start, end } = segment
  const name = printPath(path, at)
  const found = meantBy(checking, access)
  const meant = found?.meant ?? ''
  // A member is missing only from known types, so the kinds are known here.
  const kinds = kindsOf(owner) as readonly ValueKind[]
  const isObject = kinds.includes('object')
  const owned = printPath(path, at - 1)
  const why = isObject ? '' : `: ${owned} is ${describeKinds(kinds)}`
  const hint = found === null ? why : `; did you mean ${meant}?`
  const isFault = mode === 'strict' && !member.isUndeclared
  const reason = member.isUndeclared ? 'undeclared' : 'missing'
  checking.report({
    code: 'EXPRESSION_PATH_MISSING',
    severity: isFault ? 'error' : 'warning',
    message: `${name} ${member.isUndeclared ? 'is not declared' : 'is missing'}${hint}`,
    values: isObject
      ? { reason, path: name, meant }
      : { reason: 'no_keys', path: name, owner: owned, given: listKinds(kinds) },
    start,
    end,
    ...(found === null ? {} : { fix: found.fix }),
  })
}

type UnsureValues = ExpressionValues['EXPRESSION_PATH_UNSURE']

function unsureValues(path: PathExpression, at: number, member: MemberType): UnsureValues {
  if (member.onlyNullLacks) return { reason: 'null', path: printPath(path, at - 1) }
  const { found: having, total: all } = member
  const name = printPath(path, at)
  return having < all ? { reason: 'some_paths', path: name, having, all } : { reason: 'missing', path: name }
}

/** Describes a value that may be missing or null. */
export function describeUnsure(values: UnsureValues): string {
  if (values.reason === 'needed') {
    return `${values.path} may be null or missing, but a value is needed here. Add a fallback with ??`
  }
  if (values.reason === 'some_paths') return `${values.path} exists on ${values.having} of ${values.all} paths`
  return `${values.path} may be ${values.reason}`
}

function reportUnsure(checking: Checking, { path, at, segment, member }: Access): void {
  const { start, end } = segment
  const values = unsureValues(path, at, member)
  const fix = optionalFix(checking, segment)
  const message = describeUnsure(values)
  checking.report({ code: 'EXPRESSION_PATH_UNSURE', severity: 'warning', message, values, start, end, ...fix })
}

/**
 * Returns the type of the value at a path.
 *
 * @param keys - Keys of computed segments, by index, as far as they are known before evaluation.
 */
export function checkPath(
  checking: Checking,
  path: PathExpression,
  base: StaticType,
  keys: readonly MemberKey[],
  mode: PathMode,
): StaticType {
  let type = base
  let mayMiss = false
  for (let at = 0; at < path.segments.length; at++) {
    if (type.length === 0) return UNKNOWN
    const segment = path.segments[at] as PathSegment
    const member = memberType(type, keys[at] as MemberKey)
    const isOptional = mode === 'lenient' || segment.optional || path.segments[at + 1]?.optional === true
    const access: Access = { path, at, segment, owner: type, member }
    if (member.found === 0) {
      // A value that is always null is reported at its source; `?.` handles the others.
      if (!(isOptional && member.onlyNullLacks)) reportMissing(checking, access, isOptional ? 'lenient' : 'strict')
      return UNKNOWN
    }
    if (!member.isSure) {
      if (isOptional) mayMiss = true
      else reportUnsure(checking, access)
    }
    type = member.type
  }
  return mayMiss ? orNull(type) : type
}
