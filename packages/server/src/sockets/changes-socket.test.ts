import type { Change, Draft, Identity } from '@tenon/core/api'
import { createTenonClient } from '@tenon/core/client'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { asking, greeting, publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer, tokenOf } from '../testing/kit/test-server.ts'
import { openSocket, ticketFor } from '../testing/kit/test-socket.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let url: string

beforeAll(async () => {
  server = await openTestServer()
  url = (await server.listen()).url
})
afterAll(() => server.close())

/** Collects hints and lets a test wait for one. */
function collector() {
  const seen: Change[] = []
  const waiters = new Set<() => void>()
  return {
    seen,
    listener: (changes: readonly Change[]) => {
      seen.push(...changes)
      for (const waiter of waiters) waiter()
    },
    until: (isWanted: (change: Change) => boolean) =>
      new Promise<Change>((resolve) => {
        const check = (): void => {
          const found = seen.find(isWanted)
          if (found !== undefined) resolve(found)
        }
        waiters.add(check)
        check()
      }),
  }
}

const means = [
  ['a WebSocket', (as: Identity) => clientOf(as, WebSocket)],
  [
    'server-sent events',
    (as: Identity) =>
      clientOf(
        as,
        class {
          constructor() {
            throw new Error('No sockets behind this proxy')
          }
          addEventListener(): void {}
          close(): void {}
        },
      ),
  ],
  ['the client in process', (as: Identity) => server.automation.for(as)],
] as const

function clientOf(as: Identity, Socket: ConstructorParameters<typeof Object>[0]) {
  return createTenonClient({ baseUrl: url, getToken: () => tokenOf(as), WebSocket: Socket })
}

describe('the changes of a tenant', () => {
  test.each(means)('reach a viewer by %s: workflows, versions, runs and approvals', async (_title, clientFor) => {
    const as = testIdentity()
    const viewer = testIdentity({ tenantId: as.tenantId, role: 'viewer' })
    const [here, there] = [collector(), collector()]
    onTestFinished(clientFor(viewer).changes.subscribe(here.listener))
    onTestFinished(clientFor(testIdentity()).changes.subscribe(there.listener))
    await Promise.all([here.until((change) => change.kind === 'ready'), there.until(({ kind }) => kind === 'ready')])

    const workflowId = await publish(server, as, asking({ required: 2 }))
    expect(await here.until(({ kind }) => kind === 'workflow')).toEqual({
      kind: 'workflow',
      id: workflowId,
      workflowId,
    })
    expect(await here.until(({ kind }) => kind === 'version')).toEqual({ kind: 'version', id: '1', workflowId })
    const { runId } = await runToEnd(server, as, workflowId, {}, ({ status }) => status === 'waiting')
    expect(await here.until(({ kind }) => kind === 'run')).toEqual({ kind: 'run', id: runId, workflowId })
    const opened = await here.until(({ kind }) => kind === 'approval')
    if (opened.kind !== 'approval') throw new Error('No approval')
    expect(opened).toMatchObject({ workflowId })

    const changed = async (change: Change, work: () => Promise<unknown>): Promise<void> => {
      here.seen.length = 0
      await work()
      await here.until((seen) => JSON.stringify(seen) === JSON.stringify(change))
    }
    const vote = { as, method: 'POST', body: { choice: 'approve' } }
    await changed(opened, () => server.json(200, `/approvals/${opened.id}/decision`, vote))
    const run: Change = { kind: 'run', id: runId, workflowId }
    await changed(run, () => server.json(200, `/runs/${runId}/cancel`, { as, method: 'POST' }))
    const workflow: Change = { kind: 'workflow', id: workflowId, workflowId }
    const path = `/workflows/${workflowId}`
    await changed(workflow, () => server.json(200, path, { as, method: 'PATCH', body: { name: 'Renamed' } }))
    await changed(workflow, () => server.json(204, path, { as, method: 'DELETE' }))
    await changed(workflow, () => server.json(200, `${path}/restore`, { as, method: 'POST' }))
    expect(there.seen).toEqual([{ kind: 'ready' }])
  })

  test('hold no content', async () => {
    const as = testIdentity()
    const seen = collector()
    onTestFinished(server.automation.for(as).changes.subscribe(seen.listener))
    const workflowId = await publish(server, as, greeting)
    await server.json<Draft>(200, `/workflows/${workflowId}/draft`, { as })
    await seen.until(({ kind }) => kind === 'version')
    for (const change of seen.seen)
      expect(['kind', 'id', 'workflowId']).toEqual(expect.arrayContaining(Object.keys(change)))
  })

  test('reach a listener in process that has thrown before', async () => {
    const as = testIdentity()
    const seen = collector()
    const listener: typeof seen.listener = (changes) => {
      seen.listener(changes)
      throw new Error('A fault of the host')
    }
    onTestFinished(server.automation.for(as).changes.subscribe(listener))
    await seen.until(({ kind }) => kind === 'ready')
    await publish(server, as, greeting)
    await seen.until(({ kind }) => kind === 'version')
    expect(seen.seen[0]).toEqual({ kind: 'ready' })
  })
})

describe('WS /changes', () => {
  test('needs a ticket, and closes when a client says something', async () => {
    expect((await openSocket(`${url}/changes`).closed).code).toBe(4401)
    const as = testIdentity()
    const socket = openSocket(`${url}/changes?ticket=${await ticketFor(server, as)}`, { protocols: ['tenon.v1'] })
    await socket.until((frames) => frames.length === 1)
    expect(Buffer.from(socket.frames[0] ?? []).toString()).toBe('{"kind":"ready"}')
    socket.socket.send('hello')
    expect((await socket.closed).code).toBe(4422)
  })

  test('closes with 4503 when the server goes down', async () => {
    const other = await server.sibling()
    const { url: otherUrl } = await other.listen()
    const socket = openSocket(`${otherUrl}/changes?ticket=${await ticketFor(server, testIdentity())}`)
    await socket.until((frames) => frames.length === 1)
    await other.close()
    expect((await socket.closed).code).toBe(4503)
  })
})
