import type { Expression, ParsedTemplate } from '@tenon/core/expression'
import { isTemplate, parseTemplate } from '@tenon/core/expression'

/** A path that a template reads, root first; it ends before the first part that is only known at run time. */
export type ReadPath = readonly (string | number)[]

/** The templates within a value, at any depth. */
export function templatesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return isTemplate(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(templatesIn)
}

/**
 * The paths that a template reads; a superset, since branches that are not taken count.
 *
 * @throws {@link TenonError} `EXPRESSION_SYNTAX`, `EXPRESSION_LIMIT`.
 */
export function readsOf(template: string | ParsedTemplate): readonly ReadPath[] {
  const { parts } = typeof template === 'string' ? parseTemplate(template) : template
  const reads: ReadPath[] = []
  for (const part of parts) if (part.kind === 'expression') collect(part.expression, reads)
  return reads
}

function collect(expression: Expression, reads: ReadPath[]): void {
  switch (expression.kind) {
    case 'literal':
      return
    case 'root':
      reads.push([expression.name])
      return
    case 'path':
      collectPath(expression, reads)
      return
    case 'list':
      for (const item of expression.items) collect(item, reads)
      return
    case 'object':
      for (const member of expression.members) collect(member.value, reads)
      return
    case 'call':
      for (const argument of expression.arguments) collect(argument, reads)
      return
    case 'prefix':
      collect(expression.operand, reads)
      return
    case 'chain':
      for (const operand of expression.operands) collect(operand, reads)
      return
    case 'comparison':
      collect(expression.left, reads)
      collect(expression.right, reads)
      return
    case 'conditional':
      for (const part of [expression.test, expression.then, expression.otherwise]) collect(part, reads)
  }
}

function collectPath(path: Extract<Expression, { kind: 'path' }>, reads: ReadPath[]): void {
  for (const segment of path.segments) if (segment.kind === 'computed') collect(segment.expression, reads)
  if (path.base.kind !== 'root') {
    collect(path.base, reads)
    return
  }
  const read: (string | number)[] = [path.base.name]
  for (const segment of path.segments) {
    if (segment.kind === 'computed') break
    read.push(segment.kind === 'key' ? segment.key : segment.index)
  }
  reads.push(read)
}
