import type { Json } from '../../json.ts'
import { createEvaluationContext } from '../context.ts'
import { evaluateExpression } from '../evaluate.ts'
import { createPlainScope } from '../scope.ts'
import { outcomeOf } from './faults.ts'

const scope = createPlainScope(
  {
    orders: [
      { id: 'a', total: 30, status: 'open', customer: { name: 'Bo' }, tags: ['x'] },
      { id: 'b', total: 10, status: 'closed', customer: { name: 'Ada' }, tags: [] },
      { id: 'c', total: 20, status: 'open', customer: { name: 'Cy' }, note: null },
    ],
    poison: JSON.parse('{ "__proto__": { "x": 1 }, "ok": 1 }') as Json,
    lone: 'a\ud800',
    huge: 1e300,
    nested: `${'['.repeat(129)}${']'.repeat(129)}`,
  },
  createEvaluationContext({ nowMs: Date.parse('2026-01-31T10:00:00Z'), runSeed: 's', nodeRunId: 'n' }),
)
/** Evaluates an expression over a scope with orders, unusual keys and unusual values. */
export const valueIn = (expression: string): Json => evaluateExpression(expression, scope)

/** Returns the value of an expression as JSON text, or its fault. */
export const outcomeOfExpression = (expression: string): string => outcomeOf(() => valueIn(expression))
