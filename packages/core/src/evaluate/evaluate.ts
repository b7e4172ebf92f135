import type { Expression, ParsedTemplate } from '../expression/ast.ts'
import { isTemplate, parseExpression, parseTemplate } from '../expression/parse.ts'
import type { Json } from '../json.ts'
import { evaluate } from './evaluate-expression.ts'
import { createEvaluation, type Evaluation } from './evaluation.ts'
import { createMeter, type EvaluationLimits, type Meter, spendText } from './meter.ts'
import type { EvaluationScope } from './scope.ts'
import { textOf } from './write-json.ts'

/** Limits of an evaluation, or a meter that it shares with other evaluations. */
export type EvaluationOptions = EvaluationLimits | { readonly meter: Meter }

function evaluationOf(scope: EvaluationScope, options: EvaluationOptions): Evaluation {
  return createEvaluation(scope, 'meter' in options ? options.meter : createMeter(options))
}

/**
 * Evaluates an expression, given as text or parsed.
 *
 * @throws {@link TenonError} as {@link evaluateTemplate}.
 */
export function evaluateExpression(
  expression: string | Expression,
  scope: EvaluationScope,
  options: EvaluationOptions = {},
): Json {
  const parsed = typeof expression === 'string' ? parseExpression(expression) : expression
  return evaluate(evaluationOf(scope, options), parsed)
}

/**
 * Evaluates a template. A template of one expression keeps the type of its value; otherwise the result is text, with
 * `null` as empty text and lists and objects as JSON.
 *
 * Pure: the same template over the same scope gives the same value and takes the same number of steps in every runtime
 * and at any time.
 *
 * @param template - Text, or the result of `parseTemplate`, which is faster for many evaluations.
 * @param options - @defaultValue 50,000 steps and 262,144 characters of new values
 * @throws {@link TenonError} `EXPRESSION_SYNTAX`, `EXPRESSION_LIMIT`, `EXPRESSION_PATH_MISSING` (details: `path`),
 * `EXPRESSION_TYPE`, `EXPRESSION_VALUE`, `EXPRESSION_ARGUMENTS`, `EXPRESSION_FUNCTION_UNKNOWN` or
 * `EXPRESSION_KEY_FORBIDDEN`; details hold `position` and `end` in the template. No other errors.
 *
 * @example
 * ```ts
 * evaluateTemplate('Hello {{ input.name }}', createPlainScope({ input: { name: 'Ada' } })) // 'Hello Ada'
 * ```
 */
export function evaluateTemplate(
  template: string | ParsedTemplate,
  scope: EvaluationScope,
  options: EvaluationOptions = {},
): Json {
  if (typeof template === 'string' && !isTemplate(template)) return template
  const { parts, whole } = typeof template === 'string' ? parseTemplate(template) : template
  const evaluation = evaluationOf(scope, options)
  if (whole !== null) return evaluate(evaluation, whole)
  const texts = parts.map((part) => {
    const text = part.kind === 'text' ? part.text : textOf(evaluation, evaluate(evaluation, part.expression), part)
    spendText(evaluation.meter, text.length)
    return text
  })
  return texts.join('')
}
