export { applyPure } from './apply-pure.ts'
export { compile } from './compile.ts'
export type { CompileIssue } from './compile-issues.ts'
export { createMachine } from './machine.ts'
export {
  CURRENT_SEMANTICS,
  type Machine,
  type MachineFact,
  type MachineSnapshot,
  type OpenNodeRun,
} from './machine-types.ts'
export {
  type AttemptError,
  MAX_LOST_ATTEMPTS,
  MAX_RETRY_AFTER_MS,
  type NextAttempt,
  nextAttempt,
} from './next-attempt.ts'
export {
  type CompiledRetryPolicy,
  nodesWithin,
  type PinnedWorkflow,
  type Plan,
  type PlanEdge,
  type PlanLevel,
  type PlanNode,
} from './plan.ts'
export { createPlanIndex, type PlanIndex } from './plan-index.ts'
export { type RestepMismatch, type RestepResult, restep } from './restep.ts'
export type { InputView, OwnedOutput, RunOutputs } from './run-outputs.ts'
