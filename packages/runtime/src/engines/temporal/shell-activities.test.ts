import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MockActivityEnvironment } from '@temporalio/testing'
import type { Fact } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCommitter } from '../../commit/committer.ts'
import { nodeTypesOf } from '../../commit/node-types.ts'
import { createDataTables } from '../../data-tables/data-tables.ts'
import { createFiles } from '../../files/files.ts'
import { compile } from '../../interpreter/compile.ts'
import { createModelLedger } from '../../models/model-ledger.ts'
import { createAppender } from '../../store/appender.ts'
import { createInbox } from '../../store/inbox.ts'
import { openTestDatabase, type TestDatabase } from '../../testing/databases.ts'
import { testDeps } from '../../testing/embedded.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'
import { createShellActivities } from './shell-activities.ts'
import { createReadCommands } from './shell-commands.ts'

const plain = workflow([node('start', 'start'), node('a', 'probe'), node('end', 'end')], ['start>a', 'a>end'])

describe('executeNode', () => {
  const { registry, probes } = createTestNodes()
  let opened: TestDatabase

  beforeAll(async () => {
    opened = await openTestDatabase('PGlite')
  })
  afterAll(() => opened.close())

  /** A run whose node "a" was scheduled, with the activities of its shell. */
  async function startRun(document = plain) {
    const { database } = opened
    const { reader, bus, egress, log } = testDeps(database, registry)
    const [findType, now] = [nodeTypesOf(registry), Date.now]
    const committer = createCommitter({ database, appender: createAppender(database), findType, bus, log, now })
    const activities = createShellActivities({
      ...{ committer, log, readCommands: createReadCommands(committer, reader, 60_000) },
      ...{ readInbox: createInbox(database, now).read, gone: new AbortController().signal },
      attempts: {
        ...{ committer, findType, now, worker: 'me', http: egress, log },
        files: createFiles({ database, log }),
        dataTables: createDataTables({ database, log }),
        models: createModelLedger({ database, log }),
      },
    })
    const run = { tenantId: `t-${randomUUID()}`, runId: randomUUID() }
    const request = {
      ...run,
      workflowId: 'w',
      version: '1',
      mode: 'live',
      engine: 'temporal',
      trigger: 'start',
    } as const
    let result = await committer.create({ ...request, input: {}, actor: null }, compile(document, registry.manifest))
    while (result.hasMore) result = await committer.commit({ ...run, facts: [] })
    const execute = (environment = new MockActivityEnvironment()) =>
      environment.run(activities.executeNode, { ...run, nodeRunId: 'a', pass: 1, cursor: 0 })
    const commit = (type: 'pause_requested' | 'resume_requested') => {
      const fact: Fact = { type, data: { requestId: type, actor: null } }
      return committer.commit({ ...run, facts: [{ fact }] })
    }
    const cancel = () =>
      new MockActivityEnvironment().run(activities.advance, { ...run, cursor: 0, timer: null, isCanceled: true })
    return { runId: run.runId, execute, commit, cancel }
  }

  test('begins nothing in a paused run and is retried by Temporal, until the run is resumed', async () => {
    const { runId, execute, commit } = await startRun()
    await commit('pause_requested')
    const delayed = { type: 'NEXT_ATTEMPT', nonRetryable: false, nextRetryDelay: 5_000 }
    await expect(execute()).rejects.toMatchObject(delayed)
    expect(probes.callsOf(runId, 'a')).toEqual([])
    await commit('resume_requested')
    expect(await execute()).toMatchObject({ commands: [{ type: 'close_run' }] })
    expect(probes.callsOf(runId, 'a')).toHaveLength(1)
  })

  test('stops every body of its pass that runs here, also after one of them has ended', async () => {
    const gated = workflow([node('start', 'start'), node('a', 'probe', { isGated: true })], ['start>a'])
    const { runId, execute, cancel } = await startRun(gated)
    // Temporal has heard nothing of it in time, and starts it again.
    const silent = new MockActivityEnvironment()
    const first = execute(silent).catch((error: unknown) => error)
    await probes.reached(runId, 'a')
    const executeAgain = async (): Promise<unknown> => {
      for (;;) {
        const error: unknown = await execute().then(
          () => null,
          (thrown: unknown) => thrown,
        )
        if ((error as { readonly type?: unknown } | null)?.type !== 'NEXT_ATTEMPT') return error
        await nextTurn()
      }
    }
    const second = executeAgain()
    await expect.poll(() => probes.callsOf(runId, 'a').length, { timeout: 20_000 }).toBe(2)
    silent.cancel()
    // Its attempt was lost, so its outcome counts for nothing.
    expect(await first).toMatchObject({ type: 'FACT_INVALID' })
    await cancel()
    expect(await second).toBeNull()
    expect(probes.aborted.filter((each) => each === `${runId}/a`)).toHaveLength(2)
  })

  test('is in progress more than 10 times at once without a warning of a leak', async () => {
    const warnings: string[] = []
    const note = ({ name }: Error) => void warnings.push(name)
    process.on('warning', note)
    try {
      const { execute, commit } = await startRun()
      await commit('pause_requested')
      const done = await Promise.allSettled(Array.from({ length: 12 }, execute))
      expect(done.map(({ status }) => status)).toEqual(done.map(() => 'rejected'))
      // Node.js reports after the promises that are ready.
      await nextTurn()
    } finally {
      process.off('warning', note)
    }
    expect(warnings).not.toContain('MaxListenersExceededWarning')
  })
})
