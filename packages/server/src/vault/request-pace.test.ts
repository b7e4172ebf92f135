import type { TenantId } from '@tenon/core/document'
import { createDatabase } from '@tenon/runtime/postgres'
import { expect, test } from 'vitest'
import { insertConnection } from '../tables/connection-repository.ts'
import { createMigrate } from '../tables/migrate.ts'
import { holdRequests, planRequest, releaseRequests } from '../tables/request-pace-repository.ts'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import type { ServerTables } from '../tables/server-tables.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { createRequestPace } from './request-pace.ts'

const tenantId = 't-pace' as TenantId
const row: ConnectionRow = {
  ...{ tenant_id: tenantId, connection_id: 'con_1', connector: 'crm', name: 'CRM', field_values: '{}' },
  ...{ markers: '{}', allowed_hosts: '[]', sharing_kind: 'tenant', workflow_ids: '[]' },
  ...{ owner_id: 'u', owner_name: 'Ada', status: 'connected', status_reason: null, generation: 0 },
  ...{ created_at: 1, updated_at: 1, expires_at: null, refresh_at: null, lease_id: null, lease_until: null },
}

test('plans the requests of a connection one after the other, after a burst', async () => {
  const pglite = await openServerPGlite()
  const database = createDatabase<ServerTables>({ pglite })
  await createMigrate(database, {})()
  await database.withTenant(tenantId, async (tx) => {
    await insertConnection(tx, row, [])
    await insertConnection(tx, { ...row, connection_id: 'con_2' }, [])
  })
  const plan = { intervalMs: 60_000, burstMs: 60_000, maxWaitMs: 90_000 }
  const next = (connectionId: string, maxWaitMs = plan.maxWaitMs) =>
    database.withTenant(tenantId, (tx) => planRequest(tx, tenantId, connectionId, { ...plan, maxWaitMs }))
  const first = [await next('con_1'), await next('con_1'), await next('con_1'), await next('con_1')]
  expect(first.map(({ isPlanned }) => isPlanned)).toEqual([true, true, true, false])
  const waits = first.map(({ waitMs }) => Math.round(waitMs / 60_000))
  expect(waits).toEqual([0, 0, 1, 2])
  // Those that are refused come back one after the other.
  expect([await next('con_1'), await next('con_1')].map(({ waitMs }) => Math.round(waitMs / 60_000))).toEqual([3, 4])
  // Others are not concerned, and one that was deleted has no limit.
  expect([await next('con_2'), await next('con_3')]).toEqual([
    { isPlanned: true, waitMs: 0 },
    { isPlanned: true, waitMs: 0 },
  ])
  // The service asks for a pause.
  await database.withTenant(tenantId, (tx) => holdRequests(tx, tenantId, 'con_2', 3_600_000 + plan.burstMs))
  expect(await next('con_2')).toMatchObject({ isPlanned: false })
  const pace = createRequestPace(database, tenantId, 'con_2', { perSecond: 1_000, burst: 1 })
  await expect(pace.admit(undefined)).rejects.toMatchObject({
    ...{ code: 'CONNECTION_RATE_LIMITED', retryable: true },
    details: { sent: false, retryAfterMs: expect.any(Number) },
  })
  // A service cannot stop a connection for a day, and other credentials end its wait.
  await pace.holdFor(86_400_000)
  const { paced_until: until } = await database.withTenant(tenantId, (tx) =>
    tx.selectFrom('connections').select('paced_until').where('connection_id', '=', 'con_2').executeTakeFirstOrThrow(),
  )
  expect((until ?? 0) - Date.now()).toBeLessThan(3_700_000)
  await database.withTenant(tenantId, (tx) => releaseRequests(tx, tenantId, 'con_2'))
  await expect(pace.admit(undefined)).resolves.toBeUndefined()
  // Short waits are part of the attempt, and end with it.
  const short = createRequestPace(database, tenantId, 'con_4', { perSecond: 1, burst: 1 })
  await database.withTenant(tenantId, (tx) => insertConnection(tx, { ...row, connection_id: 'con_4' }, []))
  await short.holdFor(20)
  await short.admit(undefined)
  await short.holdFor(3_000)
  await expect(short.admit(AbortSignal.abort(new Error('over')))).rejects.toThrow('over')
  const controller = new AbortController()
  const waiting = short.admit(controller.signal)
  controller.abort(new Error('over'))
  await expect(waiting).rejects.toThrow('over')
  await pglite.close()
})
