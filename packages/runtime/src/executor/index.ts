export { attemptTimerId, beginAttempt, type PassPlace } from './begin-attempt.ts'
export { type CarryOutPorts, carryOut } from './carry-out.ts'
export { pause } from './pause.ts'
export { createStopSwitch, type StopSwitch } from './stop-switch.ts'
