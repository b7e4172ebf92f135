import type { Expression, ParsedTemplate, PathExpression, RootExpression, Span } from './ast.ts'
import { functionSignature } from './functions/index.ts'
import { parseTemplate } from './parse.ts'
import { childrenOf } from './walk.ts'

/** A place of the scope that a template reads, with its place in the template. */
export interface TemplateRead extends Span {
  /** `input`, `trigger`, `nodes`, `vars`, `run`, `item`, `index`, `loop`, `error`, or what else the scope has. */
  readonly root: string
  /** Keys and places in lists behind the root, as far as they are known before evaluation. */
  readonly path: readonly (string | number)[]
  /** Goes on behind `path` with a key that only evaluation knows. */
  readonly isDynamic: boolean
  /** The template does without: `?.` stands in the path, or `??` behind it. */
  readonly isOptional: boolean
  /** Of `nodes.<id>`: the id and where it stands, so that it can be shown by name or changed. */
  readonly node?: Span & { readonly id: string }
}

/** What a template does, known without evaluating it. */
export interface TemplateAnalysis {
  /** In order of place; a place that is read twice stands twice. */
  readonly reads: readonly TemplateRead[]
  /** Names of functions that are called, each once, in order of place; they need not exist. */
  readonly functions: readonly string[]
  /** Calls `now`, `uuid` or `random`: its value depends on more than what it reads. */
  readonly isImpure: boolean
  /** It is one expression and nothing else, so its value keeps its type. */
  readonly isWhole: boolean
}

interface Visit {
  readonly expression: Expression
  readonly isOptional: boolean
}

function readOf(base: RootExpression, path: PathExpression | null, isOptional: boolean): TemplateRead {
  const segments = path?.segments ?? []
  const known = segments.findIndex(({ kind }) => kind === 'computed')
  const beforeIt = known === -1 ? segments : segments.slice(0, known)
  const statics = beforeIt.filter((segment) => segment.kind !== 'computed')
  const [first] = statics
  const node = base.name === 'nodes' && first?.kind === 'key' ? first : null
  return {
    root: base.name,
    path: statics.map((segment) => (segment.kind === 'key' ? segment.key : segment.index)),
    isDynamic: known !== -1,
    isOptional: isOptional || segments.some(({ optional }) => optional),
    start: base.start,
    end: path?.end ?? base.end,
    ...(node === null ? {} : { node: { id: node.key, start: node.start, end: node.end } }),
  }
}

/** What stands in an expression, and whether `??` does without it. */
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
 * Lists what a template reads and calls, for validation, for loading only what is needed, and for
 * finding and renaming references.
 *
 * @throws {@link TenonError} as `parseTemplate`, when given a text that cannot be read.
 *
 * @example
 * ```ts
 * analyzeTemplate('{{ nodes.charge.output.id }}').reads[0]?.path // ['charge', 'output', 'id']
 * ```
 */
export function analyzeTemplate(template: string | ParsedTemplate): TemplateAnalysis {
  const { parts, whole } = typeof template === 'string' ? parseTemplate(template) : template
  const reads: TemplateRead[] = []
  const functions = new Set<string>()
  const open: Visit[] = parts
    .flatMap((part) => (part.kind === 'expression' ? { expression: part.expression, isOptional: false } : []))
    .reverse()
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { expression, isOptional } = visit
    if (expression.kind === 'root') reads.push(readOf(expression, null, isOptional))
    if (expression.kind === 'path' && expression.base.kind === 'root') {
      reads.push(readOf(expression.base, expression, isOptional))
    }
    if (expression.kind === 'call') functions.add(expression.name)
    open.push(...visitsIn(visit).reverse())
  }
  const isImpure = [...functions].some((name) => functionSignature(name)?.impure === true)
  return { reads, functions: [...functions], isImpure, isWhole: whole !== null }
}
