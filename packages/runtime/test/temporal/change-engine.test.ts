import { Client, Connection } from '@temporalio/client'
import type { WorkflowDocument } from '@tenon/core/document'
import type { RunEngine } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine.ts'
import { embeddedEngine } from '../../src/engines/embedded/embedded-engine.ts'
import { twoEngines } from '../../src/engines/pair/two-engines.ts'
import { temporalEngine } from '../../src/engines/temporal/temporal-engine.ts'
import { openTestDatabase, type TestDatabase } from '../../src/testing/databases.ts'
import { testDeps } from '../../src/testing/embedded.ts'
import { type DrivenRun, drivenRun, type EngineHandle, startRun } from '../../src/testing/run-driver.ts'
import { createSuiteContext, ofType } from '../../src/testing/suite/suite-context.ts'
import { createTestNodes } from '../../src/testing/test-nodes.ts'
import { type DevServer, hasTemporal, openDevServer } from './dev-server.ts'
import { bundleShellOnce, newTaskQueue, quietTemporal } from './open-temporal.ts'

const ACTOR = { userId: 'ann', displayName: 'Ann' }

/** a → review → b, with a time limit of the review. */
const REVIEWED: WorkflowDocument = workflow(
  [
    node('start', 'start'),
    node('a', 'probe', { isGated: true }),
    node('review', 'approval', { title: 'x', timeout: '1h' }),
    node('b', 'probe'),
    node('end', 'end'),
  ],
  ['start>a', 'a>review', 'review:approve>b', 'b>end'],
)

if (await hasTemporal()) {
  describe('a run that changes its engine', () => {
    const { registry, probes } = createTestNodes()
    let server: DevServer
    let opened: TestDatabase
    let pair: (starting: RunEngine) => EngineHandle
    let fromEmbedded: EngineHandle
    const engines: Engine[] = []

    beforeAll(async () => {
      quietTemporal()
      const [bundle, started] = await Promise.all([bundleShellOnce(), openDevServer()])
      opened = await openTestDatabase('PGlite')
      server = started
      const temporal = temporalEngine({
        ...{ address: server.address, workflowBundle: bundle, taskQueue: newTaskQueue() },
        ...{ cancelGraceMs: 300, drainMs: 500, reconcileMs: 1_000 },
      })
      const embedded = embeddedEngine({ cancelGraceMs: 300, drainMs: 100, pollIntervalMs: 200 })
      pair = (starting) => {
        const deps = testDeps(opened.database, registry)
        const [first, second] = starting === 'embedded' ? [embedded, temporal] : [temporal, embedded]
        const engine = twoEngines({ starting: first, continuing: second })(deps)
        engines.push(engine)
        return { engine, reader: deps.reader, bus: deps.bus, registry }
      }
      fromEmbedded = pair('embedded')
      await fromEmbedded.engine.startWorker()
    }, 300_000)
    afterAll(async () => {
      for (const engine of engines) await engine.close()
      await opened.close()
      await server.stop()
    })

    const change = ({ tenantId, runId }: DrivenRun, engine: RunEngine, requestId?: string) =>
      fromEmbedded.engine.changeEngine(tenantId, runId, {
        ...{ engine, actor: ACTOR },
        ...(requestId === undefined ? {} : { requestId }),
      })
    const changes = async (run: DrivenRun) =>
      (await run.events()).flatMap((event) => (event.type === 'engine_changed' ? [event.data.to] : []))
    const engineOf = async ({ tenantId, runId }: DrivenRun) =>
      (await fromEmbedded.reader.getRun(tenantId, runId))?.engine
    const rowsOf = ({ tenantId, runId }: DrivenRun) =>
      opened.database.withTenant(tenantId, async (tx) => {
        const of = <Table extends 'timers' | 'run_ready' | 'outbox'>(table: Table) =>
          tx
            .selectFrom(table as 'timers')
            .select('run_id')
            .where('run_id', '=', runId)
            .execute()
        return { timers: (await of('timers')).length, ready: (await of('run_ready')).length }
      })

    test('stays at its engine when the request is withdrawn before the body in progress has ended', async () => {
      const run = await startRun(fromEmbedded, REVIEWED)
      await probes.reached(run.runId, 'a')
      expect(await change(run, 'temporal')).toEqual({ outcome: 'accepted' })
      await run.untilEvent(({ type }) => type === 'engine_change_requested')
      expect(await change(run, 'embedded')).toEqual({ outcome: 'accepted' })
      await run.untilEvent(({ type }) => type === 'engine_change_refused')
      expect(await change(run, 'embedded')).toEqual({ outcome: 'unchanged' })
      probes.open(run.runId, 'a')
      await run.untilEvent(({ type }) => type === 'node_suspended')
      expect(await engineOf(run)).toBe('embedded')
      expect(await changes(run)).toEqual([])
    })

    test('waits for the body in progress, then waits and continues at the other engine, and goes back', async () => {
      const run = await startRun(fromEmbedded, REVIEWED)
      await probes.reached(run.runId, 'a')
      const asked = await Promise.all(Array.from({ length: 5 }, (_, index) => change(run, 'temporal', `r${index}`)))
      expect(asked.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1)
      expect(await engineOf(run)).toBe('embedded')
      probes.open(run.runId, 'a')
      await run.untilEvent(({ type }) => type === 'engine_changed')
      const { approvalId } = await run.approvalOf('review')
      expect(await engineOf(run)).toBe('temporal')
      expect(await rowsOf(run)).toEqual({ timers: 0, ready: 0 })
      expect(await change(run, 'temporal')).toEqual({ outcome: 'unchanged' })
      // The shell has the timer of the approval.
      const connection = await Connection.connect({ address: server.address })
      const shell = new Client({ connection }).workflow.getHandle(run.runId)
      await expect
        .poll(async () => (await shell.fetchHistory()).events?.some((event) => event.timerStartedEventAttributes))
        .toBe(true)
      expect(await change(run, 'embedded')).toEqual({ outcome: 'accepted' })
      await run.untilEvent((event) => event.type === 'engine_changed' && event.data.to === 'embedded')
      expect(await rowsOf(run)).toEqual({ timers: 1, ready: 1 })
      await expect.poll(async () => (await shell.describe()).status.name).toBe('COMPLETED')
      await connection.close()
      await run.decide(approvalId, 'approve')
      expect(await run.ended()).toMatchObject({ status: 'completed', engine: 'embedded' })
      expect(probes.callsOf(run.runId, 'b')).toHaveLength(1)
      expect(await changes(run)).toEqual(['temporal', 'embedded'])
      expect(await change(run, 'temporal')).toEqual({ outcome: 'closed' })
      expect(await change({ ...run, runId: 'unknown' }, 'temporal')).toEqual({ outcome: 'not_found' })
    })

    test('continues at Temporal by the end of a child that stays embedded, and by votes of other processes', async () => {
      const context = createSuiteContext(fromEmbedded, probes, opened.database)
      const pin = await context.pin('reviewed', REVIEWED)
      const parent = workflow(
        [
          node('start', 'start'),
          node('call', 'child', { workflow: 'reviewed', input: {} }),
          node('b', 'probe'),
          node('end', 'end'),
        ],
        ['start>call', 'call>b', 'b>end'],
      )
      const run = await startRun(fromEmbedded, parent, { input: {}, ...pin })
      const [requested] = ofType(await run.untilEvent(({ type }) => type === 'child_requested'), 'child_requested')
      const child = context.follow(run, `${requested?.data.waitFor.childRunId}`)
      expect(await change(run, 'temporal')).toEqual({ outcome: 'accepted' })
      await run.untilEvent(({ type }) => type === 'engine_changed')
      await probes.reached(child.runId, 'a')
      probes.open(child.runId, 'a')
      const { approvalId } = await child.approvalOf('review')
      // A process with the engines the other way round stores the vote of a run that the first one executes.
      const other = drivenRun({ ...pair('temporal'), bus: fromEmbedded.bus }, child.tenantId, child.runId)
      await other.decide(approvalId, 'approve')
      expect(await child.ended()).toMatchObject({ status: 'completed', engine: 'embedded' })
      expect(await run.ended()).toMatchObject({ status: 'completed', engine: 'temporal' })
      expect(probes.callsOf(run.runId, 'b')).toHaveLength(1)
      await context.checkLogs()
    })
  })
}
