import { randomUUID } from 'node:crypto'
import type { ResolutionRequest } from '@tenon/core/api'
import type { Json, WorkflowDocument } from '@tenon/core/document'
import type { NodeRegistry } from '@tenon/core/node'
import type { Actor, RunEvent, RunStatus } from '@tenon/core/run'
import { type Bus, runTopic } from '../bus.ts'
import type { Engine } from '../engine.ts'
import { compile } from '../interpreter/compile.ts'
import type { PinnedWorkflow } from '../interpreter/plan.ts'
import type { RunReader, StoredRun } from '../run-store.ts'
import type { StoredParked, StoredWait } from '../stored-waits.ts'

/** An engine with the parts that a test accesses. */
export interface EngineHandle {
  /** Engine under test. */
  readonly engine: Engine
  /** Reads the runs that the engine stores. */
  readonly reader: RunReader
  /** Bus on which the engine announces new events. */
  readonly bus: Bus
  /** Node types that the runs may use. */
  readonly registry: NodeRegistry
}

/** Options of a run in a test. */
export interface StartOptions {
  /** Tenant of the run. @defaultValue a new tenant */
  readonly tenantId?: string
  /** Id of the run. @defaultValue a new id */
  readonly runId?: string
  /** Input of the trigger. @defaultValue `{}` */
  readonly input?: Json
  /** Versions of the workflows that nodes of the document run. @defaultValue none */
  readonly workflows?: Readonly<Record<string, PinnedWorkflow>>
  /** Person who starts the run. @defaultValue `null` */
  readonly actor?: Actor | null
}

/** One run with methods for tests. */
export interface DrivenRun {
  /** Tenant of the run. */
  readonly tenantId: string
  /** Id of the run. */
  readonly runId: string
  /** Resolves with the run once it has one of these statuses. */
  until(...statuses: readonly RunStatus[]): Promise<StoredRun>
  /** Resolves with the run once it has ended. */
  ended(): Promise<StoredRun>
  /** Resolves with the log once it contains such an event. */
  untilEvent(matches: (event: RunEvent) => boolean): Promise<readonly RunEvent[]>
  /** Reads the whole run log. */
  events(): Promise<readonly RunEvent[]>
  /** Loads the output of the run. */
  output(): Promise<Json>
  /** Resolves with the open approval of a node. */
  approvalOf(nodeRunId: string): Promise<StoredWait>
  /** Resolves with the open parked node run of a pass. @defaultValue the first pass */
  parkedOf(nodeRunId: string, pass?: number): Promise<StoredParked>
  /** Resolves a parked node run as user `cleo`. */
  resolve(
    parkedId: string,
    resolution: ResolutionRequest,
    options?: { readonly requestId?: string },
  ): ReturnType<Engine['resolveParked']>
  /** Votes on an approval as an admin with the given id. @defaultValue user `ann` */
  decide(approvalId: string, choice: string, userId?: string): ReturnType<Engine['decide']>
}

const OVER: readonly RunStatus[] = ['completed', 'failed', 'canceled']
const LOOK_EVERY_MS = 250

/** Starts a run of a document on an engine. */
export async function startRun(
  handle: EngineHandle,
  document: WorkflowDocument,
  options: StartOptions = {},
): Promise<DrivenRun> {
  const tenantId = options.tenantId ?? `t-${randomUUID()}`
  const { runId } = await handle.engine.start({
    tenantId,
    workflowId: 'workflow',
    version: '1',
    mode: 'live',
    plan: compile(document, handle.registry.manifest, undefined, options.workflows),
    trigger: 'start',
    input: options.input ?? {},
    actor: options.actor ?? null,
    ...(options.runId === undefined ? {} : { runId: options.runId }),
  })
  return drivenRun(handle, tenantId, runId)
}

/** Returns the methods for tests of an existing run. */
export function drivenRun({ engine, reader, bus }: EngineHandle, tenantId: string, runId: string): DrivenRun {
  const events = () => readAll(reader, tenantId, runId)

  /** Checks on each message of the bus, and regularly, since a message may get lost. */
  const lookUntil = async <Value>(look: () => Promise<Value | null>): Promise<Value> => {
    for (;;) {
      let wake = (): void => undefined
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const stop = bus.subscribe(runTopic(tenantId, runId), wake)
      try {
        const found = await look()
        if (found !== null) return found
        const timer = setTimeout(wake, LOOK_EVERY_MS)
        await woken
        clearTimeout(timer)
      } finally {
        stop()
      }
    }
  }
  const until = (...statuses: readonly RunStatus[]) =>
    lookUntil(async () => {
      const run = await reader.getRun(tenantId, runId)
      return run !== null && statuses.includes(run.status) ? run : null
    })
  return {
    tenantId,
    runId,
    events,
    until,
    ended: () => until(...OVER),
    untilEvent: (matches) =>
      lookUntil(async () => {
        const log = await events()
        return log.some(matches) ? log : null
      }),
    output: async () => {
      const run = await reader.getRun(tenantId, runId)
      return run?.output == null ? null : reader.loadValue(tenantId, run.output)
    },
    approvalOf: (nodeRunId) =>
      lookUntil(async () => {
        const { items } = await reader.listWaits(tenantId, { runId, status: 'open' })
        return items.find((wait) => wait.nodeRunId === nodeRunId) ?? null
      }),
    parkedOf: (nodeRunId, pass = 1) =>
      lookUntil(async () => {
        const { items } = await reader.listParked(tenantId, { runId, status: 'open' })
        return items.find(({ waitId }) => waitId === `${nodeRunId}/${pass}/0`) ?? null
      }),
    resolve: (parkedId, resolution, options) => {
      const actor = { userId: 'cleo', displayName: 'cleo' }
      return engine.resolveParked(tenantId, parkedId, { resolution, actor, ...options })
    },
    decide: (approvalId, choice, userId = 'ann') => {
      const actor = { userId, displayName: userId, role: 'admin' }
      return engine.decide(tenantId, approvalId, { actor, choice, at: Date.now() })
    },
  }
}

async function readAll(reader: RunReader, tenantId: string, runId: string): Promise<readonly RunEvent[]> {
  const log: RunEvent[] = []
  for (;;) {
    const page = await reader.readEvents(tenantId, runId, log.length)
    log.push(...page)
    if (page.length === 0) return log
  }
}
