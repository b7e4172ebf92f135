import type { Expression, ParsedTemplate, PathSegment } from '../../expression/ast.ts'
import { childrenOf } from '../../expression/walk.ts'

/** A path that a template reads, with the offsets at which its beginning can be replaced. */
export interface TemplatePath {
  /** Name of the root: `input`, `nodes`, … */
  readonly root: string
  /** Keys and indexes after it, up to the first that only evaluation knows. */
  readonly keys: readonly (string | number)[]
  /** Offset of the root. */
  readonly start: number
  /** Offsets after the root and after each of the keys. */
  readonly ends: readonly number[]
}

function pathOf(text: string, base: { name: string; start: number; end: number }, segments: readonly PathSegment[]) {
  const keys: (string | number)[] = []
  const ends = [base.end]
  for (const segment of segments) {
    if (segment.kind === 'computed') break
    keys.push(segment.kind === 'key' ? segment.key : segment.index)
    ends.push(endOf(text, segment))
  }
  return { root: base.name, keys, start: base.start, ends }
}

/** Returns the offset after a key, and after its bracket if it has one. */
function endOf(text: string, { start, end }: PathSegment): number {
  const before = text.slice(0, start).trimEnd()
  return before.endsWith('[') ? text.indexOf(']', end) + 1 : end
}

function pathsIn(text: string, expression: Expression): TemplatePath[] {
  if (expression.kind === 'root') return [pathOf(text, expression, [])]
  const isRead = expression.kind === 'path' && expression.base.kind === 'root'
  const own = isRead ? [pathOf(text, expression.base, expression.segments)] : []
  const inside = isRead ? childrenOf(expression).slice(1) : childrenOf(expression)
  return [...own, ...inside.flatMap((each) => pathsIn(text, each))]
}

/** Returns the paths that a template reads, in any order. */
export function templatePaths({ text, parts }: ParsedTemplate): readonly TemplatePath[] {
  return parts.flatMap((part) => (part.kind === 'expression' ? pathsIn(text, part.expression) : []))
}

/** The beginning of a path, with the text that replaces it. */
export interface PathChange {
  readonly path: TemplatePath
  /** Number of keys after the root that are replaced with it. */
  readonly keys: number
  readonly to: string
}

/** Replaces the beginnings of paths; all other text is unchanged. */
export function changePaths(text: string, changes: readonly PathChange[]): string {
  return [...changes]
    .sort((a, b) => b.path.start - a.path.start)
    .reduce((changed, { path, keys, to }) => {
      const end = path.ends[keys] as number
      return changed.slice(0, path.start) + to + changed.slice(end)
    }, text)
}
