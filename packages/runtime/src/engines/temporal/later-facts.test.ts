import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DevServer, hasTemporal, openDevServer } from '../../../test/temporal/dev-server.ts'
import { bundleShellOnce, newTaskQueue, quietTemporal } from '../../../test/temporal/open-temporal.ts'
import type { RuntimeLog } from '../../engine.ts'
import type { PendingEvent } from '../../store/append.ts'
import { createAppender } from '../../store/appender.ts'
import type { RunRef } from '../../store/run-ref.ts'
import { openTestDatabase, type TestDatabase } from '../../testing/databases.ts'
import { testDeps } from '../../testing/embedded.ts'
import { startRun } from '../../testing/run-driver.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'
import { temporalEngine } from './temporal-engine.ts'

/** Retries come after 0.5 s, 1 s and 2 s, on a machine that may be busy. */
const RETRIED_WITHIN_MS = 60_000

if (await hasTemporal()) {
  describe('a run on Temporal with a fact of a later version in its log', () => {
    const { registry } = createTestNodes()
    let server: DevServer
    let opened: TestDatabase
    let workflowBundle: Awaited<ReturnType<typeof bundleShellOnce>>

    beforeAll(async () => {
      quietTemporal()
      ;[opened, workflowBundle, server] = await Promise.all([
        openTestDatabase('PGlite'),
        bundleShellOnce(),
        openDevServer(),
      ])
    })
    afterAll(async () => {
      await opened.close()
      await server.stop()
    })

    /**
     * Appends the fact as a worker of that version would.
     *
     * @returns Removes it again, after which every worker can read the log.
     */
    async function appendLater({ tenantId, runId }: RunRef): Promise<() => Promise<void>> {
      const { database } = opened
      const before = await database.withTenant(tenantId, (tx) =>
        tx
          .selectFrom('runs')
          .select(['turn', 'next_seq', 'head_hash'])
          .where('run_id', '=', runId)
          .executeTakeFirstOrThrow(),
      )
      const body = { type: 'run_migrated', data: {} } as unknown as PendingEvent['body']
      const result = await createAppender(database).append({
        ...{ tenantId, runId, kind: 'advance', expectTurn: before.turn, turns: 1 },
        ...{ status: null, create: null, patch: null, operations: [], payloads: [] },
        events: [{ class: 'fact', id: 'later', at: Date.now(), turnOffset: 1, causeOffset: null, body }],
      })
      expect(result.outcome).toBe('ok')
      return () =>
        database.withTenant(tenantId, async (tx) => {
          await tx.deleteFrom('run_log').where('run_id', '=', runId).where('seq', '>=', before.next_seq).execute()
          await tx.updateTable('runs').set(before).where('run_id', '=', runId).execute()
        })
    }

    test('is retried and not ended, and continues where that fact is known', async () => {
      const failures: string[] = []
      const log: RuntimeLog = (_level, message, fields) => {
        if (message.startsWith('shell.activity_failed')) failures.push(String(fields?.['error']))
      }
      const deps = { ...testDeps(opened.database, registry), log }
      const taskQueue = newTaskQueue()
      const engine = temporalEngine({ address: server.address, taskQueue, workflowBundle, drainMs: 500 })(deps)
      await engine.startWorker()
      const document = workflow(
        [node('start', 'start'), node('review', 'approval', { title: 'Go on?' }), node('end', 'end')],
        ['start>review', 'review:approve>end'],
      )
      const run = await startRun({ ...deps, engine }, document)
      await run.until('waiting')
      const { approvalId } = await run.approvalOf('review')
      const takeAway = await appendLater(run)
      await run.decide(approvalId, 'approve')
      await vi.waitUntil(() => failures.length >= 3, { timeout: RETRIED_WITHIN_MS, interval: 100 })
      expect(failures.every((failure) => failure.includes('which this version cannot read'))).toBe(true)
      const stored = await deps.reader.getRun(run.tenantId, run.runId)
      expect(stored).toMatchObject({ status: 'waiting', error: null })
      await takeAway()
      expect((await run.ended()).status).toBe('completed')
      await engine.close()
    })
  })
}
