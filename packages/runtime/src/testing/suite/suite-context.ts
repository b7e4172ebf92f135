import { randomUUID } from 'node:crypto'
import type { Json, WorkflowDocument } from '@tenon/core/document'
import type { RunEvent } from '@tenon/core/run'
import { expect } from 'vitest'
import { compile } from '../../interpreter/compile.ts'
import type { PinnedWorkflow } from '../../interpreter/plan.ts'
import { restep } from '../../interpreter/restep.ts'
import type { RuntimeDatabase } from '../../postgres/tables.ts'
import { verifyRunLog } from '../../store/verify-run-log.ts'
import { plansOfLog } from '../plans-of-log.ts'
import type { Probes } from '../probes.ts'
import { type DrivenRun, drivenRun, type EngineHandle, type StartOptions, startRun } from '../run-driver.ts'

/** Context of a group of tests of `testEngine`. */
export interface SuiteContext {
  readonly handle: EngineHandle
  readonly probes: Probes
  readonly database: RuntimeDatabase
  /** Starts a run; after the last test its log is checked. */
  start(document: WorkflowDocument, options?: StartOptions): Promise<DrivenRun>
  /** Starts a run and waits for its end. */
  run(document: WorkflowDocument, input?: Json): Promise<DrivenRun>
  /**
   * Publishes a workflow for the runs of a tenant.
   *
   * @param below - Tenant and versions of the workflows that its nodes run. @defaultValue a new tenant, none
   * @returns Options of runs that start runs of it.
   */
  pin(workflowId: string, document: WorkflowDocument, below?: PinnedOptions): Promise<PinnedOptions>
  /** Follows a run of the tenant of another; its log is checked, too. */
  follow(run: DrivenRun, runId: string): DrivenRun
  /** Checks the logs of the runs that the tests have started. */
  checkLogs(): Promise<void>
}

/** Tenant of runs, with the versions that they start. */
export interface PinnedOptions {
  readonly tenantId: string
  readonly workflows: Readonly<Record<string, PinnedWorkflow>>
  /** Number of the version. @defaultValue '1' */
  readonly version?: string
}

/** A group of tests that every engine must pass. */
export type SuiteGroup = (context: () => SuiteContext) => void

export function createSuiteContext(handle: EngineHandle, probes: Probes, database: RuntimeDatabase): SuiteContext {
  const started: DrivenRun[] = []
  const start = async (document: WorkflowDocument, options?: StartOptions) => {
    const run = await startRun(handle, document, options)
    started.push(run)
    return run
  }
  return {
    handle,
    probes,
    database,
    start,
    run: async (document, input = {}) => {
      const run = await start(document, { input })
      await run.ended()
      return run
    },
    pin: async (workflowId, document, below = { tenantId: `t-${randomUUID()}`, workflows: {} }) => {
      const { tenantId, workflows, version = '1' } = below
      const plan = compile(document, handle.registry.manifest, undefined, workflows)
      const { planHash } = plan
      await database.withTenant(tenantId, (tx) =>
        tx
          .insertInto('plans')
          .values({ tenant_id: tenantId, plan_hash: planHash, data: JSON.stringify(plan) })
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      )
      return { tenantId, workflows: { ...workflows, [workflowId]: { version, planHash } } }
    },
    follow: ({ tenantId }, runId) => {
      const run = drivenRun(handle, tenantId, runId)
      started.push(run)
      return run
    },
    checkLogs: async () => {
      for (const run of started) await checkLog(handle, database, run)
    },
  }
}

async function checkLog(handle: EngineHandle, database: RuntimeDatabase, run: DrivenRun): Promise<void> {
  const { tenantId, runId } = run
  const events = await run.events()
  expectSound(events)
  const stored = await handle.reader.getRun(tenantId, runId)
  // A run that is canceled in the queue never starts.
  const hasStarted = events.some(({ type }) => type === 'run_started')
  const first = await handle.reader.getPlan(tenantId, `${stored?.planHash}`)
  if (first === null) throw new Error(`The plan of ${runId} is missing`)
  const plans = hasStarted ? await plansOfLog(handle.reader, tenantId, events) : first
  expect(restep(events, plans), `log of ${runId}: ${story(events).join(', ')}`).toMatchObject({ same: true })
  expect(await verifyRunLog(database, tenantId, runId)).toMatchObject({ isIntact: true })
}

const TERMINAL = ['run_completed', 'run_error', 'run_canceled']

/** Checks a log: numbers are dense, ids are unique, turns count facts, and there is at most one end. */
function expectSound(events: readonly RunEvent[]): void {
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
  const ids = events.map((event) => event.id)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  let turn = 0
  for (const event of events) {
    if (event.class === 'fact') turn += 1
    expect({ seq: event.seq, turn: event.turn }).toEqual({ seq: event.seq, turn })
  }
  expect(events.filter((event) => TERMINAL.includes(event.type)).length).toBeLessThanOrEqual(1)
}

/** Formats facts and decisions in order, by id and type: the same on every engine if bodies end in the same order. */
export function story(events: readonly RunEvent[]): readonly string[] {
  return events.filter((event) => event.class !== 'observation').map((event) => `${event.type} ${event.id}`)
}

/** Returns the types of the events of one node run, in order. */
export function storyOf(events: readonly RunEvent[], nodeRunId: string): readonly string[] {
  return events.filter((event) => 'nodeRunId' in event && event.nodeRunId === nodeRunId).map((event) => event.type)
}

/** Returns the events of one type. */
export function ofType<Type extends RunEvent['type']>(
  events: readonly RunEvent[],
  type: Type,
): readonly Extract<RunEvent, { type: Type }>[] {
  return events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type)
}
