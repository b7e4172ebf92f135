import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { defineConnector } from '@tenon/core/node'

import { createDatabase } from '@tenon/runtime/postgres'
import { expect, test } from 'vitest'
import { createInProcessBus } from '../bus/in-process-bus.ts'
import { insertConnection, readConnection } from '../tables/connection-repository.ts'
import { createMigrate } from '../tables/migrate.ts'
import type { ConnectionRow } from '../tables/secret-tables.ts'
import type { ServerTables } from '../tables/server-tables.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { createTokenRefresh } from './token-refresh.ts'

test('a key provider that fails keeps the refresh token unused, and the lease is given up', async () => {
  const pglite = await openServerPGlite()
  const database = createDatabase<ServerTables>({ pglite })
  await createMigrate(database, {})()
  const tenantId = 't-refresh' as TenantId
  const row: ConnectionRow = {
    ...{ tenant_id: tenantId, connection_id: 'con_1', connector: 'crm', name: 'CRM', field_values: '{}' },
    ...{ markers: '{}', allowed_hosts: '[]', sharing_kind: 'tenant', workflow_ids: '[]' },
    ...{ owner_id: 'u', owner_name: 'Ada', status: 'connected', status_reason: null, generation: 0 },
    ...{ created_at: 1, updated_at: 1, expires_at: 1, refresh_at: 1, lease_id: null, lease_until: null },
  }
  await database.withTenant(tenantId, (tx) => insertConnection(tx, row, []))
  const urls = { authorizationUrl: 'https://as.example/authorize', tokenUrl: 'https://as.example/token' }
  const auth = { kind: 'oauth2', ...urls, clientId: 'host', scopes: [] } as const
  const connector = defineConnector({ id: 'crm', title: 'CRM', auth, allowedHosts: ['api.example.com'] })
  const unavailable = () => Promise.reject(new TenonError('UNAVAILABLE', 'The key provider failed'))
  const revealed = async () => ({ refreshToken: 'r' })
  let requests = 0
  const request = () => {
    requests += 1
    return Promise.reject(new Error('unused'))
  }
  const http = { request, fetch: request }
  for (const secrets of [
    { openSeal: unavailable, revealRows: revealed },
    { openSeal: unavailable, revealRows: unavailable },
  ]) {
    const refreshed = createTokenRefresh({ database, secrets, http, bus: createInProcessBus(), now: () => 2 })
    await expect(refreshed(connector, { row, secrets: [] })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const stored = await database.withTenant(tenantId, (tx) => readConnection(tx, tenantId, 'con_1'))
    expect(stored?.row).toMatchObject({ status: 'connected', lease_id: null })
  }
  expect(requests).toBe(0)
  await pglite.close()
})
