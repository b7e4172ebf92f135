import type { Expression, PathExpression, PathSegment, Span } from './ast.ts'
import { isName } from './characters.ts'
import { parseTemplate } from './parse.ts'
import { childrenOf } from './walk.ts'

/** One key of a path that gets another name. */
export interface PathKeyRename {
  /** Index of the key after the root: in `input.order.id`, 1 is `id`. */
  readonly at: number
  /** New name of the key. */
  readonly to: string
}

interface Replacement extends Span {
  readonly text: string
}

/**
 * Replaces keys in the paths that a template reads. All other text is unchanged: texts, function names and keys in
 * quotes that are not part of a path. A template that cannot be read comes back unchanged.
 *
 * @param rename - Gets the root of a path (`input`, `trigger`, `nodes`, …) and its keys up to the first one that only
 * evaluation knows; returns `null` to leave the path.
 *
 * @example
 * ```ts
 * renamePathKeys('{{ input.mail }}', (root, [key]) => (key === 'mail' ? { at: 0, to: 'e-mail' } : null))
 * // '{{ input["e-mail"] }}'
 * ```
 */
export function renamePathKeys(
  template: string,
  rename: (root: string, path: readonly (string | number)[]) => PathKeyRename | null,
): string {
  let paths: readonly PathExpression[]
  try {
    paths = parseTemplate(template).parts.flatMap((part) =>
      part.kind === 'expression' ? pathsIn(part.expression) : [],
    )
  } catch {
    return template
  }
  const replacements = paths.flatMap(({ base, segments }) => {
    if (base.kind !== 'root') return []
    const change = rename(base.name, knownKeys(segments))
    const segment = change === null ? undefined : segments[change.at]
    if (change === null || segment?.kind !== 'key' || segment.key === change.to) return []
    return [replacementOf(template, segment, change.to)]
  })
  return replacements
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: next }) => text.slice(0, start) + next + text.slice(end), template)
}

function pathsIn(expression: Expression): PathExpression[] {
  const inside = childrenOf(expression).flatMap(pathsIn)
  return expression.kind === 'path' ? [expression, ...inside] : inside
}

function knownKeys(segments: readonly PathSegment[]): readonly (string | number)[] {
  const known: (string | number)[] = []
  for (const segment of segments) {
    if (segment.kind === 'computed') break
    known.push(segment.kind === 'key' ? segment.key : segment.index)
  }
  return known
}

/** Returns the replacement of a key; one that is not a name replaces the point before it by brackets. */
function replacementOf(template: string, { start, end, optional }: PathSegment, to: string): Replacement {
  const isQuoted = template[start] === '"' || template[start] === "'"
  if (isQuoted) return { start, end, text: JSON.stringify(to) }
  if (isName(to)) return { start, end, text: to }
  const point = template.lastIndexOf('.', start - 1)
  return { start: optional ? point + 1 : point, end, text: `[${JSON.stringify(to)}]` }
}
