import type { Committer } from '../commit/create-committer.ts'
import type { RunReader } from '../run-store.ts'
import type { Delivered, OutboxEntry } from './outbox-relay.ts'
import type { ShellClient } from './shell-client.ts'

const LONGEST_RECONCILE_MS = 10 * 60_000

export interface DeliverPorts {
  readonly client: ShellClient
  readonly reader: RunReader
  readonly committer: Committer
  readonly /** Until a shell is looked for the second time, in ms; then ever longer. */ reconcileMs: number
}

/**
 * Tells Temporal of a run: starts its shell, pokes it, or looks whether it is still there. A shell that is gone
 * although its run goes on is started again, since the log has all of its commands; one that an operator has ended
 * cancels its run.
 */
export function createDeliver({ client, reader, committer, reconcileMs }: DeliverPorts) {
  return async ({ tenantId, runId, kind, attempts }: OutboxEntry): Promise<Delivered> => {
    if (kind === 'poke' && (await client.poke(runId))) return 'done'
    const run = await reader.getRun(tenantId, runId)
    if (run === null || run.finishedAt !== null) return 'done'
    const found = kind === 'start' ? 'gone' : await client.find(runId)
    if (found === 'stopped') {
      const fact = { type: 'cancel_requested', data: { reason: 'operator', actor: null } } as const
      await committer.commit({ tenantId, runId, facts: [{ fact }], isStale: true })
    }
    if (found !== 'running') await client.start({ tenantId, runId, workflowId: run.workflowId })
    if (kind !== 'watch') return 'done'
    return { againMs: Math.min(LONGEST_RECONCILE_MS, reconcileMs * 2 ** Math.min(attempts, 10)) }
  }
}
