import { randomBytes, randomUUID } from 'node:crypto'
import { createCommitter } from '../commit/create-committer.ts'
import { nodeTypesOf } from '../commit/node-types.ts'
import { createDispatchStore } from '../embedded/dispatch-store.ts'
import type { Engine, EngineFactory, EnginePorts, StartRunRequest } from '../engine.ts'
import { createAppender } from '../store/create-appender.ts'
import { createInbox } from '../store/run-inbox.ts'
import { createShellActivities } from './activities.ts'
import type { TemporalEngineOptions } from './options.ts'
import { type OutboxEntry, type OutboxRelay, startOutboxRelay } from './outbox-relay.ts'
import { connectShellClient, type ShellClient } from './shell-client.ts'
import type { ShellWorker } from './worker/index.ts'

/** Everything that runs only between `startWorker` and `close`. */
interface Running {
  readonly client: ShellClient
  readonly relay: OutboxRelay
  readonly worker: ShellWorker
}

/**
 * Runs on Temporal: the store decides, as on the embedded engine, and a thin durable workflow carries out. What this
 * process acknowledges is in the store with a message for Temporal beside it, so it holds while Temporal is away.
 *
 * @example
 * ```ts
 * createWorkflowServer({ engine: temporalEngine({ address: '127.0.0.1:7233' }), ... })
 * ```
 */
export function temporalEngine(options: TemporalEngineOptions): EngineFactory {
  return (ports) => createTemporalEngine(ports, options)
}

function createTemporalEngine(ports: EnginePorts, options: TemporalEngineOptions): Engine {
  const { database, reader, registry, bus, log } = ports
  const now = Date.now
  const workerId = `${process.pid.toString(36)}-${randomBytes(4).toString('hex')}`
  const findType = nodeTypesOf(registry)
  const appender = createAppender(database)
  const committer = createCommitter({ database, appender, findType, bus, log, now })
  const inbox = createInbox(database, now)
  const { readInbox } = createDispatchStore(database, workerId)
  let running: Promise<Running> | null = null
  let relay: OutboxRelay | null = null

  const deliver = async (client: ShellClient, { tenantId, runId, kind }: OutboxEntry) => {
    if (kind === 'poke' && (await client.poke(runId))) return
    const run = await reader.getRun(tenantId, runId)
    // A shell that is gone although its run goes on is started again: the log has all of its commands.
    if (run === null || run.finishedAt !== null) return
    await client.start({ tenantId, runId, workflowId: run.workflowId })
  }

  const open = async (): Promise<Running> => {
    const { startShellWorker } = await import('./worker/index.ts')
    const client = await connectShellClient(options)
    const executor = { committer, findType, now, worker: workerId, http: ports.egress, log }
    const activities = createShellActivities({ committer, reader, readInbox, executor })
    const worker = await startShellWorker(options, activities, (error) =>
      log('error', 'The Temporal worker ended by itself', { error: String(error) }),
    )
    relay = startOutboxRelay(database, (entry) => deliver(client, entry), log)
    return { client, relay, worker }
  }

  return {
    kind: 'temporal',
    start: async (request: StartRunRequest) => {
      const { plan, ...rest } = request
      const { tenantId, runId = randomUUID() } = request
      const result = await committer.create(
        { ...rest, runId, engine: 'temporal', operations: [{ op: 'outbox', kind: 'start', readyAt: now() }] },
        plan,
      )
      relay?.wake()
      if (result.outcome === 'committed') {
        return { runId, status: result.status, startedAt: result.events[0]?.at ?? null }
      }
      const known = await reader.getRun(tenantId, runId)
      return { runId, status: known?.status ?? 'queued', startedAt: known?.startedAt ?? null }
    },
    decide: async (tenantId, approvalId, vote) => {
      const { outcome } = await inbox.decide(tenantId, approvalId, vote, {})
      relay?.wake()
      return { outcome }
    },
    cancel: async (tenantId, runId, actor) => {
      const { outcome } = await inbox.cancel(tenantId, runId, actor, {})
      relay?.wake()
      return { outcome }
    },
    startWorker: async () => {
      running ??= open()
      await running
    },
    close: async () => {
      const opened = await running?.catch(() => null)
      await opened?.relay.stop()
      await opened?.worker.stop()
      await appender.drain()
      await opened?.client.close()
    },
  }
}
