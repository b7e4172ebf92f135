import type { Approval, Page } from '@tenon/core/api'
import { createTenonClient } from '@tenon/core/client'
import type { RunEventFrame } from '@tenon/core/run'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

const parse = (frames: readonly Uint8Array[]) =>
  frames.map((frame) => JSON.parse(new TextDecoder().decode(frame)) as RunEventFrame)

async function waiting() {
  const as = testIdentity()
  const workflowId = await publish(server, as, asking())
  const run = await runToEnd(server, as, workflowId, {}, (candidate) => candidate.status === 'waiting')
  const { items } = await server.json<Page<Approval>>(200, `/approvals?runId=${run.runId}`, { as })
  const decide = () =>
    server.json(200, `/approvals/${items[0]?.approvalId}/decision`, { as, method: 'POST', body: { choice: 'approve' } })
  return { as, runId: run.runId, decide }
}

describe('WS /runs/{runId}/logs', () => {
  test('sends the backlog, then what comes, and closes with the run', async () => {
    const { as, runId, decide } = await waiting()
    const socket = openSocket(`${url}/runs/${runId}/logs?ticket=${await ticketFor(server, as)}`)
    await socket.until((frames) => parse(frames).some((frame) => frame.type === 'approval_needed'))
    await decide()
    expect((await socket.closed).code).toBe(1000)
    const frames = parse(socket.frames)
    expect(frames.map((frame) => frame.seq)).toEqual(frames.map((_, index) => index + 1))
    expect(frames.map((frame) => frame.type)).toEqual(
      expect.arrayContaining(['run_started', 'approval_needed', 'approval_decided', 'run_completed']),
    )
    expect(Object.keys(frames[0] ?? {}).sort()).toEqual(['at', 'data', 'seq', 'type'])
  })

  test('begins after the seq that is known', async () => {
    const as = testIdentity()
    const run = await runToEnd(server, as, await publish(server, as, greeting), { text: 'x' })
    const all = openSocket(`${url}/runs/${run.runId}/logs`, { as })
    await all.closed
    const rest = openSocket(`${url}/runs/${run.runId}/logs?after=3`, { as })
    await rest.closed
    expect(parse(rest.frames)).toEqual(parse(all.frames).slice(3))
  })

  test('a thousand events reach a client that connects while they are written', async () => {
    const { as, runId, decide } = await waiting()
    const sockets = await Promise.all(
      Array.from({ length: 10 }, async () =>
        openSocket(`${url}/runs/${runId}/logs?ticket=${await ticketFor(server, as)}`),
      ),
    )
    const late = decide().then(() => openSocket(`${url}/runs/${runId}/logs`, { as }))
    for (const socket of [...sockets, await late]) {
      await socket.closed
      const frames = parse(socket.frames)
      expect(frames.map((frame) => frame.seq)).toEqual(frames.map((_, index) => index + 1))
      expect(frames.at(-1)?.type).toBe('run_completed')
    }
  })

  test.each([
    ['a caller without credentials', {}, 4401],
    ['a cookie alone', { cookie: true }, 4401],
    ['a page of another origin', { origin: 'https://evil.example', as: true }, 4403],
    ['its own page', { origin: 'https://app.example', as: true }, 1000],
  ] as const)('%s is answered by a close code after the handshake', async (_title, who, code) => {
    const as = testIdentity()
    const run = await runToEnd(server, as, await publish(server, as, greeting), { text: 'x' })
    const socket = openSocket(`${url}/runs/${run.runId}/logs`, {
      ...('as' in who ? { as } : {}),
      headers: {
        ...('cookie' in who ? { cookie: `session=${tokenOf(as)}` } : {}),
        ...('origin' in who ? { origin: who.origin } : {}),
      },
    })
    await socket.opened
    expect((await socket.closed).code).toBe(code)
  })

  test.each([
    ['an unknown run', '/runs/unknown/logs', 4404],
    ['a cursor that is none', '/runs/RUN/logs?after=x', 4422],
  ])('%s', async (_title, path, code) => {
    const as = testIdentity()
    const run = await runToEnd(server, as, await publish(server, as, greeting), { text: 'x' })
    expect((await openSocket(url + path.replace('RUN', run.runId), { as }).closed).code).toBe(code)
  })

  test('is for reading: a socket that sends something is closed', async () => {
    const { as, runId } = await waiting()
    const socket = openSocket(`${url}/runs/${runId}/logs`, { as })
    await socket.opened
    socket.socket.send('hello')
    expect((await socket.closed).code).toBe(4422)
  })

  test('a ticket is good for one socket', async () => {
    const as = testIdentity()
    const run = await runToEnd(server, as, await publish(server, as, greeting), { text: 'x' })
    const ticket = await ticketFor(server, as)
    const codes = await Promise.all(
      Array.from(
        { length: 5 },
        async () => (await openSocket(`${url}/runs/${run.runId}/logs?ticket=${ticket}`).closed).code,
      ),
    )
    expect(codes.sort()).toEqual([1000, 4401, 4401, 4401, 4401])
  })
})

describe('createTenonClient over a real server', () => {
  test('streams a run to its end, and goes on after a cut connection', async () => {
    const { as, runId, decide } = await waiting()
    const opened: WebSocket[] = []
    class CountingSocket extends WebSocket {
      constructor(address: string, protocol: string) {
        super(address, protocol)
        opened.push(this)
      }
    }
    const client = createTenonClient({
      baseUrl: url,
      getToken: () => tokenOf(as),
      WebSocket: CountingSocket,
    })
    const seqs: number[] = []
    await new Promise<void>((resolve) => {
      client.runs.stream(runId, {
        onEvents: (frames) => {
          seqs.push(...frames.map((frame) => frame.seq))
          if (opened.length === 1) {
            opened[0]?.terminate()
            void decide()
          }
        },
        onState: (state) => {
          if (state === 'closed') resolve()
        },
      })
    })
    expect(opened.length).toBeGreaterThan(1)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  })

  test('says why it cannot stream', async () => {
    const as = testIdentity()
    const client = createTenonClient({ baseUrl: url, getToken: () => tokenOf(as), WebSocket })
    const code = await new Promise((resolve) => {
      client.runs.stream('unknown', {
        onEvents: () => undefined,
        onState: (state, error) => {
          if (state === 'closed') resolve(error?.code)
        },
      })
    })
    expect(code).toBe('RUN_NOT_FOUND')
  })
})

describe('for(identity)', () => {
  test('streams in process', async () => {
    const { as, runId, decide } = await waiting()
    const seqs: number[] = []
    const done = new Promise<void>((resolve) => {
      server.automation.for(as).runs.stream(runId, {
        onEvents: (frames) => seqs.push(...frames.map((frame) => frame.seq)),
        onState: (state) => {
          if (state === 'closed') resolve()
        },
      })
    })
    await decide()
    await done
    expect(seqs.length).toBeGreaterThan(5)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
    expect(await server.automation.for(as).runs.get(runId)).toMatchObject({ status: 'completed' })
  })

  test('ends a stream of an unknown run, and one that is stopped', async () => {
    const { as, runId } = await waiting()
    const states: string[] = []
    const streamOf = (id: string) =>
      new Promise<string | undefined>((resolve) => {
        const stop = server.automation.for(as).runs.stream(id, {
          onEvents: () => undefined,
          onState: (state, error) => {
            states.push(state)
            if (state === 'live') stop()
            if (state === 'closed') resolve(error?.code)
          },
        })
      })
    expect(await streamOf('unknown')).toBe('RUN_NOT_FOUND')
    expect(await streamOf(runId)).toBeUndefined()
    expect(states).toEqual(['connecting', 'closed', 'connecting', 'live', 'closed'])
  })

  test('obeys the same rules', async () => {
    const viewer = server.automation.for(testIdentity({ role: 'viewer' }))
    await expect(viewer.workflows.create({ name: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(viewer.runs.get('unknown')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' })
    expect(() => server.automation.for(testIdentity({ tenantId: '*' }))).toThrow(/tenantId/)
  })
})
