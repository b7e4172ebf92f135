import type { NodePolicy, WorkflowDocument } from '@tenon/core/document'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { compile } from '../../interpreter/compile.ts'
import type { RunRef } from '../../store/run-ref.ts'
import { ofType, type SuiteGroup } from './suite-context.ts'

const ACTOR = { userId: 'ann', displayName: 'Ann' }
const PARK: NodePolicy = { onError: 'park', retry: { maximumAttempts: 1 } }

/** Creates a workflow of probes in a row, with the params of the first one. */
function row(params: object, ...others: readonly string[]): WorkflowDocument {
  const ids = ['start', 'a', ...others, 'end']
  const nodes = ids.map((id) => {
    if (id === 'a') return withPolicy(node('a', 'probe', { ...params }), PARK)
    return node(id, id === 'start' || id === 'end' ? id : id === 'review' ? 'approval' : 'probe', titleOf(id))
  })
  return workflow(
    nodes,
    ids.slice(1).map((id, index) => `${ids[index]}${ids[index] === 'review' ? ':approve' : ''}>${id}`),
  )
}

function titleOf(id: string): { title?: string } {
  return id === 'review' ? { title: 'Review' } : {}
}

/** Tests of runs that move to another version. */
export const migrateTests: SuiteGroup = (context) => {
  describe('moving to another version', () => {
    const planOf = (document: WorkflowDocument) => compile(document, context().handle.registry.manifest)
    const migrate = (run: RunRef, document: WorkflowDocument, version = '2', requestId = `to-${version}`) =>
      context().handle.engine.migrate(run.tenantId, run.runId, {
        ...{ version, plan: planOf(document), actor: ACTOR, requestId },
      })
    const callsOf = ({ runId }: RunRef, nodeRunId: string) => context().probes.callsOf(runId, nodeRunId)

    test('waits for the body in progress, starts nothing before, and continues in the new version', async () => {
      const { probes, handle } = context()
      const run = await context().start(row({ isGated: true }, 'b'))
      await probes.reached(run.runId, 'a')
      const next = row({ isGated: true }, 'check', 'b')
      expect(await migrate(run, next)).toEqual({ outcome: 'accepted' })
      expect(await migrate(run, next)).toEqual({ outcome: 'unchanged' })
      await run.untilEvent(({ type }) => type === 'migrate_requested')
      expect(await handle.reader.getRun(run.tenantId, run.runId)).toMatchObject({ version: '1', first: null })
      expect(await migrate(run, next, '2', 'again')).toEqual({ outcome: 'unchanged' })
      expect(await migrate(run, row({}, 'b'), '3')).toEqual({ outcome: 'pending' })
      probes.open(run.runId, 'a')
      expect(await run.ended()).toMatchObject({
        ...{ status: 'completed', version: '2', planHash: planOf(next).planHash },
        first: { version: '1', planHash: planOf(row({ isGated: true }, 'b')).planHash },
      })
      expect([callsOf(run, 'a'), callsOf(run, 'check'), callsOf(run, 'b')].map(({ length }) => length)).toEqual([
        1, 1, 1,
      ])
      const events = await run.events()
      expect(ofType(events, 'migrate_requested')).toHaveLength(1)
      const [moved] = ofType(events, 'run_migrated')
      expect(moved).toMatchObject({ data: { from: '1', version: '2', actor: ACTOR }, id: 'a/1/outcome:0' })
      expect(await migrate(run, next, '3')).toEqual({ outcome: 'closed' })
      const unknown = { tenantId: run.tenantId, runId: 'unknown' }
      expect(await migrate(unknown, next)).toEqual({ outcome: 'not_found' })
      expect(await handle.engine.checkMigration(run.tenantId, 'unknown', { version: '2', plan: planOf(next) })).toEqual(
        { outcome: 'not_found' },
      )
    })

    test('stays on its version when the request is withdrawn before its body has ended', async () => {
      const { probes, handle } = context()
      const run = await context().start(row({ isGated: true }, 'b'))
      const withdraw = () => handle.engine.withdrawMigration(run.tenantId, run.runId, ACTOR)
      await probes.reached(run.runId, 'a')
      expect(await withdraw()).toEqual({ outcome: 'unchanged' })
      const next = row({ isGated: true }, 'check', 'b')
      expect(await migrate(run, next)).toEqual({ outcome: 'accepted' })
      // The second one finds the request in the inbox, or in the state of the run, or neither.
      expect(await withdraw()).toEqual({ outcome: 'accepted' })
      await run.untilEvent(({ type }) => type === 'migration_refused')
      expect(await withdraw()).toEqual({ outcome: 'unchanged' })
      expect(await migrate(run, next, '2', 'again')).toEqual({ outcome: 'accepted' })
      await run.untilEvent((event) => event.type === 'migrate_requested' && event.data.requestId === 'again')
      expect(await withdraw()).toEqual({ outcome: 'accepted' })
      await run.untilEvent((event) => event.type === 'migration_refused' && event.data.requestId === 'again')
      probes.open(run.runId, 'a')
      expect(await run.ended()).toMatchObject({ status: 'completed', version: '1', first: null })
      const events = await run.events()
      const { length: moves } = ofType(events, 'run_migrated')
      const reasons = ofType(events, 'migration_refused').map(({ data }) => data.reason)
      expect([moves, reasons]).toEqual([0, ['withdrawn', 'withdrawn']])
      expect(callsOf(run, 'check')).toEqual([])
      expect(await withdraw()).toEqual({ outcome: 'closed' })
      const unknown = handle.engine.withdrawMigration(run.tenantId, 'unknown', ACTOR)
      expect(await unknown).toEqual({ outcome: 'not_found' })
    })

    test('gives a parked node the params of the new version, as another call', async () => {
      const run = await context().start(row({ failures: 9, durable: ['k'] }))
      const { parkedId } = await run.parkedOf('a')
      const next = row({ durable: ['k'] }, 'b')
      expect(await migrate(run, next)).toEqual({ outcome: 'accepted' })
      await run.untilEvent(({ type }) => type === 'run_migrated')
      expect(await migrate(run, next, '2', 'again')).toEqual({ outcome: 'unchanged' })
      expect(await run.until('waiting')).toMatchObject({ version: '2' })
      await run.resolve(parkedId, { kind: 'retry' })
      expect(await run.ended()).toMatchObject({ status: 'completed', version: '2' })
      const calls = callsOf(run, 'a')
      expect(new Set(calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2)
      expect(ofType(await run.events(), 'node_journaled')).toHaveLength(2)
    })

    test('is refused if a node that has begun does not fit, and keeps an open approval otherwise', async () => {
      const { probes, handle } = context()
      const run = await context().start(row({ isGated: true }, 'review', 'b'))
      await probes.reached(run.runId, 'a')
      const without = workflow([node('start', 'start'), node('b', 'probe')], ['start>b'])
      const blockers = [{ nodeId: 'a', reason: 'node_removed' }]
      expect(
        await handle.engine.checkMigration(run.tenantId, run.runId, { version: '2', plan: planOf(without) }),
      ).toEqual({ outcome: 'refused', blockers })
      expect(await migrate(run, without)).toEqual({ outcome: 'refused', blockers })
      probes.open(run.runId, 'a')
      const { approvalId } = await run.approvalOf('review')
      const edited = row({}, 'review', 'b')
      const reviewed = edited.nodes.map((each) =>
        each.id === 'review' ? { ...each, params: { title: 'Other' } } : each,
      )
      const other = { ...edited, nodes: reviewed }
      expect(await migrate(run, other)).toMatchObject({ outcome: 'refused' })
      const { plan, ...request } = { plan: planOf(edited), version: '2', actor: ACTOR }
      expect(await handle.engine.migrate(run.tenantId, run.runId, { ...request, plan })).toEqual({
        outcome: 'accepted',
      })
      await run.untilEvent(({ type }) => type === 'run_migrated')
      await run.decide(approvalId, 'approve')
      expect(await run.ended()).toMatchObject({ status: 'completed', version: '2' })
    })
  })
}
