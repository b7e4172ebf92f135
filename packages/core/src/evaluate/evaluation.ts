import { TenonError, type TenonErrorCode } from '../errors/index.ts'
import type { Span } from '../expression/ast.ts'
import type { Meter } from './meter.ts'
import type { Pattern } from './pattern.ts'
import type { EvaluationScope } from './scope.ts'

/** State that the parts of one evaluation share. */
export interface Evaluation {
  readonly scope: EvaluationScope
  readonly meter: Meter
  readonly patterns: Map<string, Pattern>
}

export function createEvaluation(scope: EvaluationScope, meter: Meter): Evaluation {
  return { scope, meter, patterns: new Map() }
}

/** Creates a fault of evaluation with its position in the template. Messages name types and paths, never values. */
export function fault(
  code: TenonErrorCode,
  message: string,
  span: Span,
  details: Readonly<Record<string, unknown>> = {},
): TenonError {
  return new TenonError(code, message, { details: { position: span.start, end: span.end, ...details } })
}
