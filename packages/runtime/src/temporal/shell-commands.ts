import type { Command } from '../commit/commands.ts'
import type { OpenNodeRun } from '../interpreter/machine-types.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import type { ShellCommand } from './shell-types.ts'

/** A worker that says nothing for so long is gone. */
const HEARTBEAT_TIMEOUT_MS = 12_000
/** Attempts and their timeouts belong to the executor; a dead worker is told by its heartbeats. */
const START_TO_CLOSE_MS = 30 * 24 * 3_600_000

/** Never before the timeout of the policy, with a day to store the outcome. */
const startToCloseMs = (timeoutMs: number | null): number =>
  Math.max(START_TO_CLOSE_MS, (timeoutMs ?? 0) + 24 * 3_600_000)

/** What is open in a run now, so that a shell that starts late repeats nothing that is over. */
export interface OpenWork {
  readonly nodeRuns: readonly OpenNodeRun[]
  readonly hasTimer: (timerId: string) => boolean
  readonly planNodeOf: (nodeRunId: string) => Pick<PlanNode, 'id' | 'type' | 'timeoutMs'>
  /** Longest time a node may wait in its own task queue. */
  readonly queueWaitMs: number
}

/**
 * What the shell has to do about commands. Waits need nothing of it: they are rows in the store. What is over already
 * is left out.
 */
export function shellCommandsOf(commands: readonly Command[], open: OpenWork): readonly ShellCommand[] {
  const passes = new Set(open.nodeRuns.flatMap((run) => (run.waitId === null ? [`${run.nodeRunId}/${run.pass}`] : [])))
  return commands.flatMap((command): readonly ShellCommand[] => {
    const seq = command.id
    switch (command.kind) {
      case 'start_node': {
        const { nodeRunId, pass, queue } = command
        if (!passes.has(`${nodeRunId}/${pass}`)) return []
        const { type, id, timeoutMs } = open.planNodeOf(nodeRunId)
        const limits = {
          startToCloseMs: startToCloseMs(timeoutMs),
          heartbeatMs: HEARTBEAT_TIMEOUT_MS,
          ...(queue === null ? {} : { queueWaitMs: open.queueWaitMs }),
        }
        return [{ seq, type: 'start_node', nodeRunId, pass, queue, summary: `${type} ${id}`, ...limits }]
      }
      case 'cancel_node': {
        const { nodeRunId, pass } = command
        return passes.has(`${nodeRunId}/${pass}`) ? [{ seq, type: 'cancel_node', nodeRunId, pass }] : []
      }
      case 'set_timer': {
        const { timerId, dueAt } = command
        return open.hasTimer(timerId) ? [{ seq, type: 'set_timer', timerId, dueAt }] : []
      }
      case 'clear_timer':
        return [{ seq, type: 'clear_timer', timerId: command.timerId }]
      case 'close_run':
        return [{ seq, type: 'close_run' }]
      default:
        return []
    }
  })
}
