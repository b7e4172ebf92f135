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
  async function startRun() {
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
    let result = await committer.create({ ...request, input: {}, actor: null }, compile(plain, registry.manifest))
    while (result.hasMore) result = await committer.commit({ ...run, facts: [] })
    const execute = () =>
      new MockActivityEnvironment().run(activities.executeNode, { ...run, nodeRunId: 'a', pass: 1, cursor: 0 })
    const commit = (type: 'pause_requested' | 'resume_requested') => {
      const fact: Fact = { type, data: { requestId: type, actor: null } }
      return committer.commit({ ...run, facts: [{ fact }] })
    }
    return { runId: run.runId, execute, commit }
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
