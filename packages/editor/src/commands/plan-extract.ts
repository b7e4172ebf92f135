import type { Planner } from './command.ts'

/** Plans the replacement of nodes by one that runs them as a workflow of their own, and selects that one. */
export const planExtract: Planner<'extract'> = ({ operations, callId, count, name }) => ({
  operations,
  message: { key: 'command.extracted', values: { count, name } },
  select: [callId],
})
