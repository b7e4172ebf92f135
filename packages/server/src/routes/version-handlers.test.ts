import type { Page, Rollout, Version } from '@tenon/core/api'
import { writeCursor } from '@tenon/runtime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { greeting, publish } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

describe('GET /workflows/{id}/versions', () => {
  test('takes a cursor beyond every number that the database knows', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const versions = async (at: number) => {
      const cursor = writeCursor({ at, id: 'x' })
      return (await server.json<Page<Version>>(200, `/workflows/${id}/versions?cursor=${cursor}`, { as })).items
    }
    expect(await versions(Number.MAX_SAFE_INTEGER)).toMatchObject([{ version: '1' }])
    expect(await versions(-1)).toEqual([])
    expect(await versions(Number.MIN_SAFE_INTEGER)).toEqual([])
    const cursor = writeCursor({ at: Number.MIN_SAFE_INTEGER, id: 'x' })
    const rollouts = await server.json<Page<Rollout>>(200, `/workflows/${id}/rollouts?cursor=${cursor}`, { as })
    expect(rollouts.items).toEqual([])
  })
})
