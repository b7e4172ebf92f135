import type { Draft, Identity, Page, Version, VersionWithDocument, Workflow } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { greeting } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

/** A workflow, and a server that does something each time before it checks the draft that a request has read. */
async function openWorkflow(meanwhile: (round: number) => Promise<unknown>) {
  const as = testIdentity()
  const { id } = await server.json<Workflow>(201, '/workflows', {
    as,
    method: 'POST',
    body: { name: 'Contended', document: greeting },
  })
  const state = { validations: 0, failure: null as unknown }
  const own = await server.sibling({
    limits: {
      rateLimiter: ({ keyPrefix }) => ({
        async consume() {
          if (keyPrefix !== 'tenon:validation:steady') return
          state.validations += 1
          // What a limiter throws counts as an outage of its store.
          await meanwhile(state.validations).catch((error: unknown) => {
            state.failure = error
          })
        },
      }),
    },
  })
  onTestFinished(() => own.close())
  const path = `/workflows/${id}`
  const publish = async () => {
    const response = await own.call(`${path}/versions`, { as, method: 'POST' })
    expect(state.failure).toBe(null)
    return response
  }
  return { as, path, state, publish }
}

const rename = (path: string, as: Identity, name: string, extra: readonly object[] = []) =>
  server.json<Draft>(200, `${path}/draft`, {
    as,
    method: 'PATCH',
    body: { operations: [{ op: 'update_node', nodeId: 'greet', set: { name } }, ...extra] },
  })
const publishElsewhere = (path: string, as: Identity) =>
  server.json<Version>(201, `${path}/versions`, { as, method: 'POST' })
const nameIn = async (path: string, as: Identity, version: string) => {
  const { document } = await server.json<VersionWithDocument>(200, `${path}/versions/${version}`, { as })
  return document.nodes.find(({ id }) => id === 'greet')?.name
}

describe('publishing', () => {
  test('publishes the draft that was checked, whatever is edited meanwhile', async () => {
    const { as, path, state, publish } = await openWorkflow(() =>
      // A workflow without its start: it would not pass the check.
      rename(path, as, 'Edited', [{ op: 'remove_node', nodeId: 'start' }]),
    )
    const before = await server.json<Draft>(200, `${path}/draft`, { as })
    const response = await publish()
    expect([response.status, state.validations]).toEqual([201, 1])
    const { document } = await server.json<VersionWithDocument>(200, `${path}/versions/1`, { as })
    expect(document).toEqual(before.document)
    expect(await server.json<Workflow>(200, path, { as })).toMatchObject({ version: '1', hasUnpublishedChanges: true })
  })

  test('reads and checks the draft again when another version was published, so that the latest is the newest', async () => {
    const { as, path, state, publish } = await openWorkflow(async (round) => {
      if (round > 1) return
      await rename(path, as, 'Newer')
      await publishElsewhere(path, as)
    })
    const response = await publish()
    expect([response.status, ((await response.json()) as Version).version]).toEqual([201, '2'])
    expect([await nameIn(path, as, '1'), await nameIn(path, as, '2')]).toEqual(['Newer', 'Newer'])
    expect(state.validations).toBe(2)
  })

  test('gives up with 429 when others publish during each attempt, and stores nothing', async () => {
    const { as, path, state, publish } = await openWorkflow(() => publishElsewhere(path, as))
    const response = await publish()
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('1')
    expect((await response.json()) as Problem).toMatchObject({ code: 'RATE_LIMITED', retryable: true })
    expect(state.validations).toBe(4)
    expect((await server.json<Page<Version>>(200, `${path}/versions`, { as })).items).toHaveLength(4)
  })

  test('of a workflow that is deleted meanwhile is 404, and stores nothing', async () => {
    const { as, path, publish } = await openWorkflow(() => server.call(path, { as, method: 'DELETE' }))
    const response = await publish()
    expect([response.status, ((await response.json()) as Problem).code]).toEqual([404, 'WORKFLOW_NOT_FOUND'])
    await server.json(200, `${path}/restore`, { as, method: 'POST' })
    expect((await server.json<Page<Version>>(200, `${path}/versions`, { as })).items).toEqual([])
  })
})
