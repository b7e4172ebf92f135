import type { RunEvent } from '@tenon/core/run'
import { type Command, commandsOf } from '../../commit/commands.ts'
import type { Committer } from '../../commit/commit-types.ts'
import { planNodeOf } from '../../commit/session.ts'
import type { OpenNodeRun } from '../../interpreter/machine-types.ts'
import type { PlanNode } from '../../interpreter/plan.ts'
import type { RunReader } from '../../run-store.ts'
import { passOfRunKey } from '../../store/run-ref.ts'
import type { CommandPage, ShellCommand } from './shell-types.ts'

const PAGE = 1_000

/** Reads the commands of a shell after its cursor. */
export type ReadCommands = (tenantId: string, runId: string, cursor: number) => Promise<CommandPage>

/**
 * Creates the reader of the commands of shells.
 *
 * @param queueWaitMs - Longest time that a node may wait in a queue of its own, in milliseconds.
 */
export function createReadCommands(committer: Committer, reader: RunReader, queueWaitMs: number): ReadCommands {
  const readAfter = async (tenantId: string, runId: string, cursor: number): Promise<readonly RunEvent[]> => {
    const events: RunEvent[] = []
    for (let after = cursor; ; after = events.at(-1)?.seq ?? after) {
      const page = await reader.readEvents(tenantId, runId, after, PAGE)
      events.push(...page)
      if (page.length < PAGE) return events
    }
  }
  return async (tenantId, runId, cursor) => {
    const events = await readAfter(tenantId, runId, cursor)
    const reached = events.at(-1)?.seq ?? cursor
    const commands = commandsOf(events)
    const end = commands.find((command) => command.kind === 'close_run')
    if (end !== undefined) return { cursor: reached, commands: [{ seq: end.id, type: 'close_run' }] }
    // After the events, so that passes that they started are known to be open.
    const open = await committer.withSession({ tenantId, runId, isStale: true }, (session) => {
      if (session.engine !== 'temporal') return null
      return shellCommandsOf(commands, {
        nodeRuns: session.machine.openNodeRuns(),
        hasTimer: (timerId) => session.timers.has(timerId),
        planNodeOf: (nodeRunId) => planNodeOf(session, nodeRunId),
        queueWaitMs,
      })
    })
    // A deleted run needs no shell, nor does one that another engine executes.
    if (open === null) return { cursor, commands: [{ seq: Number.MAX_SAFE_INTEGER, type: 'close_run' }] }
    return { cursor: reached, commands: open }
  }
}

/** Time in milliseconds without a heartbeat after which a worker counts as dead. */
const HEARTBEAT_TIMEOUT_MS = 12_000
/**
 * Longest execution of an activity. Attempts have timeouts of their own, and missing heartbeats reveal a dead worker.
 */
const START_TO_CLOSE_MS = 30 * 24 * 3_600_000

/** Returns the longest execution of an activity: the timeout of the policy plus a day to store the outcome. */
const startToCloseMs = (timeoutMs: number | null): number =>
  Math.max(START_TO_CLOSE_MS, (timeoutMs ?? 0) + 24 * 3_600_000)

/** Open work of a run, so that a shell that starts late does not repeat finished work. */
export interface OpenWork {
  readonly nodeRuns: readonly OpenNodeRun[]
  readonly hasTimer: (timerId: string) => boolean
  readonly planNodeOf: (nodeRunId: string) => Pick<PlanNode, 'id' | 'type' | 'timeoutMs' | 'totalTimeoutMs'>
  /** Longest time a node may wait in its own task queue. */
  readonly queueWaitMs: number
}

/** Returns the commands of the shell. Waits are rows in the store and need no command; finished work is omitted. */
export function shellCommandsOf(commands: readonly Command[], open: OpenWork): readonly ShellCommand[] {
  const passes = new Set(open.nodeRuns.filter(({ waitId }) => waitId === null).map(passOfRunKey))
  return commands.flatMap((command): readonly ShellCommand[] => {
    const seq = command.id
    switch (command.kind) {
      case 'start_node': {
        const { nodeRunId, pass, queue } = command
        if (!passes.has(passOfRunKey(command))) return []
        const { type, id, timeoutMs, totalTimeoutMs = open.queueWaitMs } = open.planNodeOf(nodeRunId)
        const limits = {
          startToCloseMs: startToCloseMs(timeoutMs),
          heartbeatMs: HEARTBEAT_TIMEOUT_MS,
          ...(queue === null ? {} : { queueWaitMs: Math.min(open.queueWaitMs, totalTimeoutMs) }),
        }
        return [{ seq, type: 'start_node', nodeRunId, pass, queue, summary: `${type} ${id}`, ...limits }]
      }
      case 'cancel_node': {
        const { nodeRunId, pass } = command
        return passes.has(passOfRunKey(command)) ? [{ seq, type: 'cancel_node', nodeRunId, pass }] : []
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
