import { trimmed } from '../lists.ts'
import type { Expression, ParsedTemplate, PathExpression, PathSegment, RootExpression, Span } from './ast.ts'
import { functionSignature } from './functions/index.ts'
import { parseTemplate } from './parse.ts'
import { childrenOf } from './walk.ts'

/** A path of the scope that a template reads, with its span in the template. */
export interface TemplateRead extends Span {
  /**
   * Name of the root: `input`, `trigger`, `nodes`, `vars`, `run`, `item`, `index`, `loop`, `error` or another of the
   * scope.
   */
  readonly root: string
  /** Keys and list indexes after the root, as far as they are known before evaluation. */
  readonly path: readonly (string | number)[]
  /** True if a key that only evaluation knows follows `path`. */
  readonly isDynamic: boolean
  /** True if the value may be missing: the path contains `?.`, or `??` follows it. */
  readonly isOptional: boolean
  /** Node id of `nodes.<id>` with its span, so that it can be shown by name or changed. */
  readonly node?: Span & { readonly id: string }
}

/** Facts about a template that are known without evaluating it. */
export interface TemplateAnalysis {
  /** Reads in the order of the text; duplicates are listed. */
  readonly reads: readonly TemplateRead[]
  /** Names of the called functions, each once, in the order of the text; they need not exist. */
  readonly functions: readonly string[]
  /** True if the template calls `now`, `uuid` or `random`: its value depends on more than its reads. */
  readonly isImpure: boolean
  /** True if the template is exactly one expression, so that its value keeps its type. */
  readonly isWhole: boolean
}

type StaticSegment = Exclude<PathSegment, { readonly kind: 'computed' }>

const NO_SEGMENTS: readonly PathSegment[] = Object.freeze([])
const NO_FUNCTIONS: readonly string[] = Object.freeze([])

interface Visit {
  readonly expression: Expression
  readonly isOptional: boolean
}

/** Returns the keys of a path up to the first that only evaluation knows. */
function knownKeys(segments: readonly PathSegment[]): readonly (string | number)[] {
  const end = segments.findIndex(({ kind }) => kind === 'computed')
  const known = (end === -1 ? segments : segments.slice(0, end)) as readonly StaticSegment[]
  return known.map((segment) => (segment.kind === 'key' ? segment.key : segment.index))
}

function readOf(base: RootExpression, path: PathExpression | null, isOptional: boolean): TemplateRead {
  const segments = path?.segments ?? NO_SEGMENTS
  const keys = knownKeys(segments)
  const first = segments[0]
  const read = {
    root: base.name,
    path: keys,
    isDynamic: keys.length < segments.length,
    isOptional: isOptional || segments.some(({ optional }) => optional),
    start: base.start,
    end: path?.end ?? base.end,
  }
  if (base.name !== 'nodes' || first?.kind !== 'key') return read
  return { ...read, node: { id: first.key, start: first.start, end: first.end } }
}

/** Checks for a read whose keys are all known: it has no parts to visit. */
function isPlainRead(expression: Expression): boolean {
  if (expression.kind === 'root') return true
  if (expression.kind !== 'path' || expression.base.kind !== 'root') return false
  return expression.segments.every(({ kind }) => kind !== 'computed')
}

/** Returns the direct parts of an expression, with a mark for those whose absence `??` accepts. */
function visitsIn({ expression }: Visit): Visit[] {
  const isCoalesce = expression.kind === 'chain' && expression.operators[0] === '??'
  const children = childrenOf(expression)
  const isRead = expression.kind === 'path' && expression.base.kind === 'root'
  return (isRead ? children.slice(1) : children).map((child, at) => ({
    expression: child,
    isOptional: isCoalesce && at < children.length - 1,
  }))
}

/**
 * Returns the paths and functions that a template uses, for validation, for loading only the needed values, and for
 * finding and renaming references.
 *
 * @throws {@link TenonError} as `parseTemplate`, for a text with a syntax error.
 *
 * @example
 * ```ts
 * analyzeTemplate('{{ nodes.charge.output.id }}').reads[0]?.path // ['charge', 'output', 'id']
 * ```
 */
export function analyzeTemplate(template: string | ParsedTemplate): TemplateAnalysis {
  const { parts, whole } = typeof template === 'string' ? parseTemplate(template) : template
  const reads: TemplateRead[] = []
  let functions: Set<string> | null = null
  const open: Visit[] = []
  for (const part of parts) {
    if (part.kind === 'text') continue
    open.push({ expression: part.expression, isOptional: false })
    for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
      const { expression, isOptional } = visit
      if (expression.kind === 'root') reads.push(readOf(expression, null, isOptional))
      if (expression.kind === 'path' && expression.base.kind === 'root') {
        reads.push(readOf(expression.base, expression, isOptional))
      }
      if (expression.kind === 'call') {
        functions ??= new Set()
        functions.add(expression.name)
      }
      if (!isPlainRead(expression)) open.push(...visitsIn(visit).reverse())
    }
  }
  const called = functions === null ? NO_FUNCTIONS : [...functions]
  const isImpure = called.some((name) => functionSignature(name)?.impure === true)
  return { reads: trimmed(reads), functions: called, isImpure, isWhole: whole !== null }
}
