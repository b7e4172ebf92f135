export { attemptTimerId, beginAttempt, type PassPlace } from './begin-attempt.ts'
export { type CarryOutPorts, carryOut } from './carry-out.ts'
export type { StopReason } from './run-body.ts'
