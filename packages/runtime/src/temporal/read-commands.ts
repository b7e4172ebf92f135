import type { RunEvent } from '@tenon/core/run'
import { commandsOf } from '../commit/commands.ts'
import type { Committer } from '../commit/create-committer.ts'
import { planNodeOf } from '../commit/run-session.ts'
import type { RunReader } from '../run-store.ts'
import { shellCommandsOf } from './shell-commands.ts'
import type { CommandPage } from './shell-types.ts'

const PAGE = 1_000

/** Reads what a shell has to do after its cursor. */
export type ReadCommands = (tenantId: string, runId: string, cursor: number) => Promise<CommandPage>

/** @param queueWaitMs - How long a node may wait in a queue of its own. */
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
    // After the events, so that what they began is known to be open.
    const open = await committer.withSession({ tenantId, runId, isStale: true }, (session) =>
      shellCommandsOf(commands, {
        nodeRuns: session.machine.openNodeRuns(),
        hasTimer: (timerId) => session.timers.has(timerId),
        planNodeOf: (nodeRunId) => planNodeOf(session, nodeRunId),
        queueWaitMs,
      }),
    )
    // A run that is gone (its tenant was erased) needs no shell.
    if (open === null) return { cursor, commands: [{ seq: Number.MAX_SAFE_INTEGER, type: 'close_run' }] }
    return { cursor: reached, commands: open }
  }
}
