import { TenonError } from '../errors/index.ts'
import type { PathSegment } from './ast.ts'
import { readExpression } from './parser.ts'
import { type SyntaxFault, syntaxMessage } from './syntax-fault.ts'

const ROOT = 'item'

/** Fault of a text that is not a path. */
export const NO_PATH = Object.freeze({ reason: 'path' }) satisfies SyntaxFault

/** A segment of a path that is written as text; its key is known without a scope. */
export type StaticSegment = Exclude<PathSegment, { readonly kind: 'computed' }>

/**
 * Parses a path in a text, the argument of list functions: the part that would follow an item, with or without the
 * first point. `""` is the item itself.
 *
 * @throws {@link TenonError} `EXPRESSION_SYNTAX`, `EXPRESSION_LIMIT` or `EXPRESSION_KEY_FORBIDDEN`. Its position is
 * relative to the path: callers replace it by that of the text.
 */
export function parsePathText(path: string): readonly StaticSegment[] {
  if (path === '') return []
  const joint = /^\s*(?:\?\.|\[|\.)/.test(path) ? '' : '.'
  const prefix = ROOT + joint
  const { expression, next } = readExpression(prefix + path, 0)
  const segments = expression.kind === 'path' ? expression.segments : []
  const statics = segments.filter((segment) => segment.kind !== 'computed')
  if (next.kind !== 'end' || statics.length === 0 || statics.length < segments.length) {
    throw new TenonError('EXPRESSION_SYNTAX', syntaxMessage(NO_PATH), {
      details: { position: 0, line: 1, column: 1, ...NO_PATH },
    })
  }
  return statics
}
