export { type AttemptPorts, attemptTimerId, type BegunAttempt, beginAttempt, type PassPlace } from './begin-attempt.ts'
export { type CarriedOut, type CarryOutPorts, carryOut } from './carry-out.ts'
export type { StopReason } from './run-body.ts'
