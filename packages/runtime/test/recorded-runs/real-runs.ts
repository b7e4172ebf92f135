import { randomUUID } from 'node:crypto'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { compile } from '../../src/interpreter/compile.ts'
import { prepareRerun } from '../../src/rerun/prepare-rerun.ts'
import { openTestDatabase } from '../../src/testing/databases.ts'
import { openEmbedded } from '../../src/testing/embedded.ts'
import { plansOfLog } from '../../src/testing/plans-of-log.ts'
import { type DrivenRun, drivenRun, type EngineHandle, startRun } from '../../src/testing/run-driver.ts'
import { createTestNodes } from '../../src/testing/test-nodes.ts'
import { CASES } from '../conformance/cases.ts'
import { runOnEngine } from '../conformance/engine-run.ts'
import type { RecordedRun } from './record-run.ts'

/** Longest log that is kept: longer ones of the same kind say nothing more. */
const MOST_EVENTS = 150
const ACTOR = { userId: 'ann', displayName: 'Ann' }

/** Runs the conformance cases and some runs that people change on the embedded engine, and returns their logs by name. */
export async function recordRealRuns(): Promise<ReadonlyMap<string, RecordedRun>> {
  const { registry, probes } = createTestNodes()
  const opened = await openTestDatabase('PGlite')
  const engine = await openEmbedded(opened.database, registry)
  const handle = { ...engine, registry }
  const recorded = new Map<string, RecordedRun>()
  const keep = async (name: string, { tenantId, runId }: Pick<DrivenRun, 'tenantId' | 'runId'>): Promise<void> => {
    const events = await drivenRun(handle, tenantId, runId).events()
    if (events.length > MOST_EVENTS) return
    const [plan, ...later] = await plansOfLog(engine.reader, tenantId, events)
    recorded.set(name, { plan, ...(later.length === 0 ? {} : { later }), events })
  }
  // All at once, since most of them wait.
  await Promise.all(
    CASES.map(async (each) => keep(`real-${slugOf(each.name)}`, await runOnEngine(each, handle, opened.database))),
  )
  for (const [name, run] of await changedRuns(handle, probes)) await keep(`real-${name}`, run)
  await engine.close()
  await opened.close()
  return recorded
}

function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

const row = (...ids: readonly string[]) =>
  workflow(
    ['start', ...ids, 'end'].map((id) => {
      if (id === 'start' || id === 'end') return node(id, id)
      return withPolicy(node(id, 'probe', { isGated: true }), { retry: { maximumAttempts: 1 } })
    }),
    ['start', ...ids].map((id, index) => `${id}>${[...ids, 'end'][index]}`),
  )

/** Runs that wait in a queue, are paused, move to another version, stay with theirs, and run again. */
async function changedRuns(
  handle: EngineHandle,
  probes: ReturnType<typeof createTestNodes>['probes'],
): Promise<readonly (readonly [name: string, run: DrivenRun])[]> {
  const { engine, reader, registry } = handle
  const open = async ({ runId }: DrivenRun, nodeId: string) => {
    await probes.reached(runId, nodeId)
    probes.open(runId, nodeId)
  }
  const tenantId = `t-${randomUUID()}`
  const limited = { ...row('a'), settings: { concurrency: { limit: 1 } } }
  const [first, queued] = [await startRun(handle, limited, { tenantId }), await startRun(handle, limited, { tenantId })]
  await open(first, 'a')
  await open(queued, 'a')
  await queued.ended()

  const paused = await startRun(handle, row('a', 'b'))
  await probes.reached(paused.runId, 'a')
  await engine.pause(paused.tenantId, paused.runId, ACTOR)
  probes.open(paused.runId, 'a')
  await paused.until('paused')
  await engine.resume(paused.tenantId, paused.runId, ACTOR)
  await open(paused, 'b')
  await paused.ended()

  const migrate = async (run: DrivenRun, ...ids: readonly string[]) => {
    await probes.reached(run.runId, 'a')
    const plan = compile(row(...ids), registry.manifest)
    const { tenantId: ofTenant, runId } = run
    await engine.migrate(ofTenant, runId, { version: '2', plan, actor: ACTOR, requestId: 'to-2' })
    await run.untilEvent(({ type }) => type === 'migrate_requested')
  }
  const moved = await startRun(handle, row('a', 'b'))
  await migrate(moved, 'a', 'check', 'b')
  for (const nodeId of ['a', 'check', 'b']) await open(moved, nodeId)
  await moved.ended()

  const withdrawn = await startRun(handle, row('a', 'b'))
  await migrate(withdrawn, 'a', 'check', 'b')
  await engine.withdrawMigration(withdrawn.tenantId, withdrawn.runId, ACTOR)
  await withdrawn.untilEvent(({ type }) => type === 'migration_withdrawn')
  for (const nodeId of ['a', 'b']) await open(withdrawn, nodeId)
  await withdrawn.ended()

  const canceled = await startRun(handle, row('a', 'b'))
  await open(canceled, 'a')
  await probes.reached(canceled.runId, 'b')
  await engine.cancel(canceled.tenantId, canceled.runId, ACTOR)
  await canceled.ended()
  const source = await reader.getRun(canceled.tenantId, canceled.runId)
  if (source === null) throw new RangeError('The run is missing')
  const { trigger, rerun } = await prepareRerun(reader, source, 'failed', undefined)
  const { workflowId, version, mode, planHash } = source
  const plan = await reader.getPlan(canceled.tenantId, planHash)
  if (plan === null) throw new RangeError('The plan is missing')
  const { runId } = await engine.start({
    ...{ tenantId: canceled.tenantId, workflowId, version, mode, plan, trigger, actor: ACTOR, input: {}, rerun },
  })
  const repeated = drivenRun(handle, canceled.tenantId, runId)
  await open(repeated, 'b')
  await repeated.ended()
  return Object.entries({ queued, paused, moved, withdrawn, canceled, repeated })
}
