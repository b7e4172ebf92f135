export type { ConditionOperator } from '../expression/functions/list.ts'
export { isConditionOperator, testCondition } from './condition.ts'
export { createEvaluationContext, type EvaluationContext, type EvaluationContextOptions } from './context.ts'
export { type EvaluationOptions, evaluateExpression, evaluateTemplate } from './evaluate.ts'
export { evaluateValue, type ValueOptions } from './evaluate-value.ts'
export { EVALUATION_LIMITS, VALUE_LIMITS } from './limits.ts'
export { createMeter, type EvaluationLimits, type Meter } from './meter.ts'
export {
  createPlainScope,
  createScopeView,
  type EvaluationScope,
  type ScopeView,
  type ScopeViewSource,
} from './scope.ts'
export type { SinkName } from './sinks/sink.ts'
