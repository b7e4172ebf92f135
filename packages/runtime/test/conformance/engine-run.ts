import { randomUUID } from 'node:crypto'
import type { RunEvent } from '@tenon/core/run'
import { compile } from '../../src/interpreter/compile.ts'
import type { RuntimeDatabase } from '../../src/postgres/tables.ts'
import { type DrivenRun, type EngineHandle, startRun } from '../../src/testing/run-driver.ts'
import type { ConformanceCase } from './conformance-case.ts'

/** Log of a case on an engine. */
export interface EngineLog {
  readonly tenantId: string
  readonly runId: string
  readonly events: readonly RunEvent[]
}

const LOOK_EVERY_MS = 100

/** Runs a case on an engine, and answers what waits. */
export async function runOnEngine(
  conformance: ConformanceCase,
  handle: EngineHandle,
  database: RuntimeDatabase,
): Promise<EngineLog> {
  const { document, input = {}, below } = conformance
  const tenantId = `t-${randomUUID()}`
  const workflows: Record<string, { readonly version: string; readonly planHash: string }> = {}
  if (below !== undefined) {
    const plan = compile(below, handle.registry.manifest)
    const row = { tenant_id: tenantId, plan_hash: plan.planHash, data: JSON.stringify(plan) }
    await database.withTenant(tenantId, (tx) => tx.insertInto('plans').values(row).execute())
    workflows['below'] = { version: '1', planHash: plan.planHash }
  }
  const run = await startRun(handle, document, { tenantId, input, workflows })
  let hasEnded = false
  const ended = run.ended().then(() => {
    hasEnded = true
  })
  if (isAnswered(conformance)) {
    while (!hasEnded) {
      await answer(conformance, run, handle)
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
  await ended
  return { tenantId, runId: run.runId, events: await run.events() }
}

const WAITING: ReadonlySet<string> = new Set(['approval', 'wait-for-event', 'wait-for-callback', 'caller'])

function isAnswered({ document }: ConformanceCase): boolean {
  return document.nodes.some(({ type, policy }) => WAITING.has(type) || policy?.onError === 'park')
}

async function answer(
  { choices = {}, resolution = { kind: 'skip' }, cancelAt }: ConformanceCase,
  run: DrivenRun,
  { engine, reader }: EngineHandle,
): Promise<void> {
  const { tenantId, runId } = run
  const of = { runId, status: 'open' } as const
  const [waits, parked, events] = await Promise.all([
    reader.listWaits(tenantId, of),
    reader.listParked(tenantId, of),
    reader.listEventWaits(tenantId, { status: 'open' }),
  ])
  const isLeft = (nodeRunId: string): boolean => choices[nodeRunId] === null
  if ([...waits.items, ...events.items].some(({ nodeRunId }) => nodeRunId === cancelAt)) {
    await engine.cancel(tenantId, runId, null)
    return
  }
  for (const { approvalId, nodeRunId } of waits.items) {
    if (!isLeft(nodeRunId)) await run.decide(approvalId, choices[nodeRunId] ?? 'approve')
  }
  for (const { parkedId } of parked.items) await run.resolve(parkedId, resolution)
  for (const { nodeRunId, waitFor } of events.items) {
    if (isLeft(nodeRunId)) continue
    const target =
      waitFor.kind === 'event'
        ? ({ kind: 'event', name: waitFor.name, key: waitFor.key } as const)
        : ({ kind: 'callback', runId, nodeRunId } as const)
    await engine.sendEvent(tenantId, { target, payload: { n: 1 }, eventId: `${runId}-${nodeRunId}`, actor: null })
  }
}
