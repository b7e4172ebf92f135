import { randomUUID } from 'node:crypto'
import type { Fact, RunEngine } from '@tenon/core/run'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRequestEngineChange } from '../src/change-engine/request-engine-change.ts'
import type { Committer } from '../src/commit/commit-types.ts'
import { createMigrateRun } from '../src/migrate/request-migration.ts'
import { weekOf } from '../src/postgres/migrate-runtime.ts'
import { createAppender } from '../src/store/appender.ts'
import { createInbox } from '../src/store/inbox.ts'
import { appendOfNewRun } from '../src/testing/append-of-new-run.ts'
import { openTestDatabase, type TestDatabase } from '../src/testing/databases.ts'

const NOW = Date.now()
let opened: TestDatabase

beforeAll(async () => {
  opened = await openTestDatabase('PGlite')
})
afterAll(() => opened.close())

/** Answers with one state of a run after the other. */
const reading = (...states: readonly unknown[]): Pick<Committer, 'withSession'> => {
  const left = [...states]
  return { withSession: async <Value>() => (left.shift() ?? null) as Value | null }
}

async function openRun() {
  const run = { tenantId: `t-${randomUUID()}`, runId: randomUUID() }
  const append = appendOfNewRun({ ...run, at: NOW, startWeek: weekOf(NOW), operations: [] })
  await createAppender(opened.database).append(append)
  const inbox = async (): Promise<readonly Fact[]> => {
    const messages = await createInbox(opened.database, () => NOW).read(run)
    return messages.map(({ fact }) => fact)
  }
  const deps = (...states: readonly unknown[]) => ({
    ...{ database: opened.database, committer: reading(...states), now: () => NOW },
  })
  return { run, inbox, deps }
}

test('a request to move that the run applies meanwhile is withdrawn nevertheless, before one in the inbox', async () => {
  const { run, inbox, deps } = await openRun()
  const withdraw = (...states: readonly unknown[]) =>
    createMigrateRun(deps(...states)).withdraw(run.tenantId, run.runId, null, {})
  expect(await withdraw(null, null)).toEqual({ outcome: 'unchanged' })
  const data = { requestId: 'second', actor: null, from: '1', version: '3', planHash: 'p' }
  expect(await withdraw(null, { requestId: 'first' })).toMatchObject({ outcome: 'accepted' })
  await opened.database.withTenant(run.tenantId, (tx) =>
    tx
      .insertInto('run_inbox')
      .values({
        ...{ tenant_id: run.tenantId, run_id: run.runId, message_id: 'migrate/second', at: NOW },
        fact: JSON.stringify({ type: 'migrate_requested', data }),
      })
      .execute(),
  )
  expect(await withdraw({ requestId: 'other' })).toMatchObject({ outcome: 'accepted' })
  const withdrawn = (await inbox()).flatMap((fact) =>
    fact.type === 'migration_withdrawn' ? [fact.data.requestId] : [],
  )
  expect(withdrawn).toEqual(['first', 'other'])
})

test('a request for the present engine withdraws the one that waits, in the inbox or in the run', async () => {
  const { run, inbox, deps } = await openRun()
  const ask = async (engine: RunEngine, ...states: readonly (RunEngine | null)[]) => {
    const request = createRequestEngineChange(deps(...states))
    return (await request(run.tenantId, run.runId, { engine, actor: null, requestId: `${engine}${states.length}` }, {}))
      .outcome
  }
  expect(await ask('embedded', null, null)).toBe('unchanged')
  expect(await ask('temporal', 'temporal', 'temporal')).toBe('unchanged')
  // Applied after the session was read.
  expect(await ask('embedded', null, 'temporal')).toBe('accepted')
  const clear = () => opened.database.withTenant(run.tenantId, (tx) => tx.deleteFrom('run_inbox').execute())
  const requests = async () =>
    (await inbox()).flatMap((fact) => (fact.type === 'engine_change_requested' ? [[fact.data.from, fact.data.to]] : []))
  expect(await requests()).toEqual([['embedded', 'embedded']])
  await clear()
  expect(await ask('temporal')).toBe('accepted')
  expect(await ask('embedded')).toBe('accepted')
  expect(await ask('embedded')).toBe('unchanged')
  expect(await ask('temporal')).toBe('pending')
  expect(await requests()).toEqual([
    ['embedded', 'temporal'],
    ['embedded', 'embedded'],
  ])
  await clear()
  // The run has changed since the session was read.
  expect(await ask('temporal', 'embedded')).toBe('accepted')
})
