import type { RunEvent } from '@tenon/core/run'
import { commandsOf } from '../commit/commands.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import type { ShellCommand } from './shell-types.ts'

/** A worker that says nothing for so long is gone. */
const HEARTBEAT_TIMEOUT_MS = 20_000

/**
 * What the shell has to do about a stretch of the log. Waits need nothing of it: they are rows in the store.
 *
 * @param planNodeOf - The node of the plan that a node run is a run of.
 */
export function shellCommandsOf(
  events: readonly RunEvent[],
  planNodeOf: (nodeRunId: string) => PlanNode,
): readonly ShellCommand[] {
  return commandsOf(events).flatMap((command): ShellCommand[] => {
    const seq = command.id
    switch (command.kind) {
      case 'start_node': {
        const { nodeRunId, pass, queue } = command
        const node = planNodeOf(nodeRunId)
        return [
          {
            seq,
            type: 'start_node',
            nodeRunId,
            pass,
            queue,
            summary: `${node.type} ${node.id}`,
            // Attempts and their timeouts belong to the executor; the activity holds all of them.
            startToCloseMs: null,
            heartbeatMs: HEARTBEAT_TIMEOUT_MS,
          },
        ]
      }
      case 'cancel_node':
        return [{ seq, type: 'cancel_node', nodeRunId: command.nodeRunId, pass: command.pass }]
      case 'set_timer':
        return [{ seq, type: 'set_timer', timerId: command.timerId, dueAt: command.dueAt }]
      case 'clear_timer':
        return [{ seq, type: 'clear_timer', timerId: command.timerId }]
      case 'close_run':
        return [{ seq, type: 'close_run' }]
      default:
        return []
    }
  })
}
