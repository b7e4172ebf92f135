import { afterEach, describe, expect, test, vi } from 'vitest'
import { ROUTES } from '../api/route-table.ts'
import { TenonError } from '../errors/tenon-error.ts'
import { createTenonClient } from './tenon-client.ts'
import type { TenonClient } from './types.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string | null
}

function clientOn(answer: (request: Request) => Response | Promise<Response>, token: string | null = 'secret') {
  const seen: Seen[] = []
  const client = createTenonClient({
    baseUrl: 'https://app.example/automation/',
    getToken: () => token,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const body = request.body === null ? null : await request.text()
      seen.push({ method: request.method, url: request.url, headers: request.headers, body })
      return answer(request)
    },
  })
  return { client, seen }
}

const calls: Readonly<Record<string, (client: TenonClient) => Promise<unknown>>> = {
  getMe: (client) => client.me(),
  getNodeManifest: (client) => client.nodeManifest(),
  listWorkflows: (client) => client.workflows.list({ limit: 5, deleted: true }),
  createWorkflow: (client) => client.workflows.create({ name: 'A' }),
  getWorkflow: (client) => client.workflows.get('w/1'),
  updateWorkflow: (client) => client.workflows.update('w', { name: 'B' }),
  deleteWorkflow: (client) => client.workflows.remove('w'),
  restoreWorkflow: (client) => client.workflows.restore('w'),
  pauseWorkflow: (client) => client.workflows.pause('w'),
  resumeWorkflow: (client) => client.workflows.resume('w'),
  getTenant: (client) => client.tenant.get(),
  pauseTenant: (client) => client.tenant.pause(),
  resumeTenant: (client) => client.tenant.resume(),
  getUsage: (client) => client.tenant.usage(),
  getDraft: (client) => client.drafts.get('w'),
  patchDraft: (client) => client.drafts.patch('w', { operations: [] }),
  putDraft: (client) =>
    client.drafts.put(
      'w',
      { document: { schemaVersion: 1, nodes: [], edges: [], variables: [], annotations: [], settings: {} } },
      '"7"',
    ),
  syncDraft: (client) => client.drafts.sync('w', { stateVector: 'AA==' }),
  setSecret: (client) => client.drafts.setSecret('w', { nodeType: 'a', typeVersion: 1, param: 'key', value: 's' }),
  checkSubWorkflows: (client) =>
    client.drafts.checkSubWorkflows('w', { calls: [{ nodeId: 'n', name: '', workflowId: 'x', input: {} }] }),
  tryDraft: (client) => client.drafts.try('w', { input: 1 }),
  listRollouts: (client) => client.rollouts.list('w'),
  startRollout: (client) => client.rollouts.start('w', '2', { runs: 'move' }),
  promoteRollout: (client) => client.rollouts.promote('w', '2'),
  rollBackRollout: (client) => client.rollouts.rollBack('w', '2'),
  stopRollout: (client) => client.rollouts.stop('w', '2'),
  listRefusedRuns: (client) => client.rollouts.refusedRuns('w', '2'),
  publishVersion: (client) => client.versions.publish('w'),
  listVersions: (client) => client.versions.list('w'),
  getVersion: (client) => client.versions.get('w', 'test:1'),
  startRun: (client) => client.runs.start('w', { input: {} }, { idempotencyKey: 'k' }),
  rerunRun: (client) => client.runs.rerun('r', { from: { nodeId: 'n' } }, { idempotencyKey: 'k' }),
  listRuns: (client) => client.runs.list({ status: 'failed' }),
  getRun: (client) => client.runs.get('r'),
  deleteRun: (client) => client.runs.remove('r'),
  listWaitingRuns: (client) => client.runs.waiting('r'),
  cancelRun: (client) => client.runs.cancel('r'),
  skipCompensation: (client) => client.runs.skipCompensation('r'),
  pauseRun: (client) => client.runs.pause('r'),
  resumeRun: (client) => client.runs.resume('r'),
  checkMigration: (client) => client.runs.checkMigration('r', '2'),
  migrateRun: (client) => client.runs.migrate('r', { version: '2' }),
  withdrawMigration: (client) => client.runs.withdrawMigration('r'),
  migrateRuns: (client) => client.runs.migrateAll('w', { version: '2', from: '1' }),
  changeEngine: (client) => client.runs.changeEngine('r', { engine: 'temporal' }),
  changeEngines: (client) => client.runs.changeEngines('w', { engine: 'temporal', limit: 9 }),
  getRunViewPart: (client) => client.runs.viewPart('r', '3.1'),
  getRunLedger: (client) => client.runs.ledger('r', { nodeRunId: 'n#3' }),
  listNodeRunEvents: (client) => client.runs.nodeRunEvents('r', 'n#3', { after: 7, iterations: true }),
  listApprovals: (client) => client.approvals.list({ status: 'open' }),
  decideApproval: (client) => client.approvals.decide('a', { choice: 'approve' }),
  listConnectors: (client) => client.connections.connectors(),
  listConnections: (client) => client.connections.list({ connector: 'basic' }),
  createConnection: (client) =>
    client.connections.create({ connector: 'bearer', name: 'CRM', secrets: { token: 't' } }),
  getConnection: (client) => client.connections.get('c'),
  updateConnection: (client) => client.connections.update('c', { name: 'B' }),
  deleteConnection: (client) => client.connections.remove('c'),
  authorizeConnection: (client) => client.connections.authorize('c'),
  finishAuthorization: (client) => client.connections.finishAuthorization('c', { code: 'x', state: 'y' }),
  testConnection: (client) => client.connections.test('c'),
  lookUpConnection: (client) => client.connections.lookUp('c', 'channels', { search: 'sales' }),
  listConnectionUses: (client) => client.connections.uses('c'),
  listParked: (client) => client.parked.list({ status: 'open', fingerprint: '0'.repeat(32) }),
  listParkedGroups: (client) => client.parked.groups({ workflowId: 'w' }),
  resolveParked: (client) => client.parked.resolve('p', { resolution: { kind: 'retry' } }),
  resolveParkedGroup: (client) =>
    client.parked.resolveGroup({ workflowId: 'w', fingerprint: '0'.repeat(32), resolution: { kind: 'skip' } }),
  sendEvent: (client) => client.events.send({ name: 'paid', key: 'o1' }),
  listEventWaits: (client) => client.events.waits({ runId: 'r' }),
  listEvents: (client) => client.events.received({ type: 'order.created', state: 'refused' }),
  listEventTypes: (client) => client.events.types(),
  listStartRequests: (client) => client.events.startRequests({ state: 'refused' }),
  listTriggers: (client) => client.triggers.list('w'),
  getTrigger: (client) => client.triggers.get('w', 'n'),
  pauseTrigger: (client) => client.triggers.pause('w', 'n'),
  resumeTrigger: (client) => client.triggers.resume('w', 'n'),
  replaceTriggerAddress: (client) => client.triggers.replaceAddress('w', 'n'),
  openTriggerTest: (client) => client.triggers.openTest('w', 'n'),
  listTriggerEvents: (client) => client.triggers.events('w', 'n', { limit: 9 }),
  backfillTrigger: (client) =>
    client.triggers.backfill('w', 'n', { from: '2026-11-29T00:00:00.000Z', to: '2026-11-30T00:00:00.000Z' }),
  pollTrigger: (client) => client.triggers.poll('w', 'n'),
  previewSchedule: (client) => client.triggers.preview({ params: { cron: '0 9 * * *' } }),
  uploadFile: (client) => client.files.upload(new Uint8Array([1]), { name: 'a b.txt', type: 'text/plain' }),
  getFile: (client) => client.files.get('f'),
  getFileContent: (client) => client.files.download('f', { start: 1, end: 3 }),
  createFileLink: (client) => client.files.link('f', { expiresInMs: 1_000 }),
  deleteFile: (client) => client.files.remove('f'),
  listWebhookEndpoints: (client) => client.webhooks.list({ limit: 9 }),
  createWebhookEndpoint: (client) => client.webhooks.create({ url: 'https://example.com' }),
  getWebhookEndpoint: (client) => client.webhooks.get('e'),
  updateWebhookEndpoint: (client) => client.webhooks.update('e', { status: 'disabled' }),
  deleteWebhookEndpoint: (client) => client.webhooks.remove('e'),
  showWebhookSecret: (client) => client.webhooks.secret('e'),
  rotateWebhookSecret: (client) => client.webhooks.rotateSecret('e'),
  testWebhookEndpoint: (client) => client.webhooks.test('e'),
  listWebhookDeliveries: (client) => client.webhooks.deliveries('e', { state: 'failed' }),
  getWebhookDelivery: (client) => client.webhooks.delivery('e', 'd'),
  replayWebhookDelivery: (client) => client.webhooks.replay('e', 'd'),
  replayFailedDeliveries: (client) => client.webhooks.replayFailed('e'),
  listDataTables: (client) => client.dataTables.list({ limit: 9 }),
  createDataTable: (client) =>
    client.dataTables.create({ name: 'Orders', columns: [{ name: 'total', type: 'number', isRequired: true }] }),
  getDataTable: (client) => client.dataTables.get('t'),
  updateDataTable: (client) => client.dataTables.update('t', { version: 1, name: 'Sales' }),
  deleteDataTable: (client) => client.dataTables.remove('t'),
  listDataRows: (client) => client.dataTables.rows('t', { sort: 'total', direction: 'desc' }),
  createDataRow: (client) => client.dataTables.addRow('t', { total: 1 }),
  updateDataRow: (client) => client.dataTables.updateRow('t', 7, { values: { total: null }, version: 2 }),
  deleteDataRow: (client) => client.dataTables.removeRow('t', 7),
  exportDataTable: (client) => client.dataTables.exportCsv('t'),
  listKeyValues: (client) => client.keyValues.list({ prefix: 'a' }),
  setKeyValue: (client) => client.keyValues.set('a/b', [1]),
  deleteKeyValue: (client) => client.keyValues.remove('a/b'),
  listMembers: (client) => client.members.list(),
  createSocketTicket: (client) => client.sockets.ticket(),
}

describe('createTenonClient', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  test('looks people up by ids that may contain commas', async () => {
    const { client, seen } = clientOn(() => Response.json({ items: [], isAvailable: true }))
    await client.members.list({ userIds: ['a,1', 'b'] })
    await client.members.list({ query: 'Ada' })
    const queries = seen.map(({ url }) => [...new URL(url).searchParams])
    expect(queries).toEqual([[['userIds', 'a%2C1,b']], [['query', 'Ada']]])
  })

  test('starts a run and waits, or streams it, by the route that starts it', async () => {
    const { client, seen } = clientOn(({ headers }) =>
      headers.get('accept') === 'text/event-stream'
        ? new Response('event: run\ndata: {"runId":"r"}\n\ndata: {"seq":1,"type":"run_completed","at":0,"data":{}}\n\n')
        : Response.json({ runId: 'r', answer: null }),
    )
    const waited = await client.runs.startAndWait('w', { input: 1 }, { waitMs: 500, idempotencyKey: 'k' })
    expect(waited).toMatchObject({ runId: 'r', answer: null })
    const heard: unknown[] = []
    client.runs.startAndStream(
      'w',
      { input: 1 },
      {
        onStarted: ({ runId }) => heard.push(runId),
        onEvents: (frames) => heard.push(frames.length),
        onState: (state) => heard.push(state),
      },
    )
    await vi.waitFor(() => expect(heard).toEqual(['connecting', 'live', 'r', 1, 'closed']))
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST https://app.example/automation/workflows/w/runs?wait=500ms',
      'POST https://app.example/automation/workflows/w/runs',
    ])
    expect(seen.map(({ headers }) => headers.get('idempotency-key')?.length)).toEqual([1, 36])
  })

  test.each(Object.entries(calls))('%s goes to its route', async (id, call) => {
    const { client, seen } = clientOn(() => Response.json({}))
    await call(client)
    const route = ROUTES[id as keyof typeof ROUTES]
    const pattern = new RegExp(`^/automation${route.path.replaceAll(/\{[^}]+\}/g, '[^/?]+')}$`)
    expect(seen[0]?.method).toBe(route.method)
    expect(new URL(seen[0]?.url ?? '').pathname).toMatch(pattern)
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer secret')
    // The server refuses every mutation without it, so that a foreign page cannot use the cookies.
    const type = id === 'uploadFile' ? 'application/octet-stream' : 'application/json'
    expect(seen[0]?.headers.get('content-type')).toBe(route.method === 'GET' ? null : type)
  })

  test('uploads the bytes of a file with its name, and downloads a part of it', async () => {
    const { client, seen } = clientOn(() => Response.json({}))
    const stream = new Blob(['a,b']).stream()
    await client.files.upload(new Blob(['a,b'], { type: 'text/csv;charset=utf-8' }), { name: 'a b.csv' })
    await client.files.upload(stream, { name: 'c' }, { onProgress: () => undefined })
    await client.files.upload(new Blob(['a']), { name: 'd' }, { onProgress: () => undefined })
    await client.files.download('f', { end: 2 })
    await client.files.download('f')
    await client.files.download('f', { start: 2 })
    await client.files.link('f')
    expect(seen.map(({ url, body }) => [new URL(url).search, body])).toEqual([
      ['?name=a+b.csv&type=text%2Fcsv', 'a,b'],
      ['?name=c', 'a,b'],
      ['?name=d', 'a'],
      ['', null],
      ['', null],
      ['', null],
      ['', '{}'],
    ])
    expect(seen.map(({ headers }) => headers.get('range'))).toEqual([
      null,
      null,
      null,
      'bytes=0-1',
      null,
      'bytes=2-',
      null,
    ])
  })

  test('every route but the sockets, the streams, the public ones and that for protocols has a method', () => {
    const without = Object.values(ROUTES)
      .filter((route) => !(route.id in calls))
      .map((route) => route.id)
      .filter((id) => !id.startsWith('receiveWebhook'))
    expect(without.sort()).toEqual([
      'collaborate',
      'downloadFile',
      'followChanges',
      'getLive',
      'getOpenApi',
      'getReady',
      'listTools',
      'receiveCallback',
      'runLogs',
      'sendForm',
      'showAuthorized',
      'showForm',
      'streamChanges',
      'streamRunEvents',
    ])
  })

  test.each(['', '.', '..'])('the id %j would lead to another route, and is refused', async (id) => {
    const { client, seen } = clientOn(() => Response.json({}))
    await expect(client.runs.cancel(id)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    await expect(client.workflows.get(id)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    expect(seen).toEqual([])
  })

  test('encodes ids, query and body', async () => {
    const { client, seen } = clientOn(() => Response.json({}))
    await client.workflows.get('a/b?c')
    await client.workflows.list({ cursor: 'x y' })
    await client.runs.start('w', { input: { a: 1 } }, { idempotencyKey: 'k-1' })
    expect(seen[0]?.url).toBe('https://app.example/automation/workflows/a%2Fb%3Fc')
    expect(seen[1]?.url).toBe('https://app.example/automation/workflows?cursor=x+y')
    expect(seen[2]?.body).toBe('{"input":{"a":1}}')
    expect(seen[2]?.headers.get('idempotency-key')).toBe('k-1')
    await client.runs.nodeRunEvents('r', 'n')
    await client.dataTables.rows('t')
    expect(seen[3]?.url).toBe('https://app.example/automation/runs/r/node-runs/n/events?after=0')
    expect(seen[4]?.body).toBe('{}')
  })

  test('follows a run by server-sent events where no socket opens', async () => {
    class ClosedSocket {
      addEventListener(type: string, listener: (event: { code: number; data: unknown }) => void): void {
        if (type === 'close') queueMicrotask(() => listener({ code: 1006, data: null }))
      }
      close(): void {}
    }
    const asked: string[] = []
    const client = createTenonClient({
      baseUrl: 'https://app.example/automation',
      WebSocket: ClosedSocket,
      fetch: async (input) => {
        asked.push(String(input))
        return String(input).includes('/events') ? new Response(null, { status: 204 }) : Response.json({ ticket: 't' })
      },
    })
    const state = await new Promise<string>((resolve) => {
      client.runs.stream('r/1', {
        after: 3,
        onEvents: () => undefined,
        onState: (next) => next === 'closed' && resolve(next),
      })
    })
    expect(state).toBe('closed')
    expect(asked.at(-1)).toBe('https://app.example/automation/runs/r%2F1/events?after=3')
  })

  test('lets a request outlive its page only when it is asked to', async () => {
    const sent: (boolean | undefined)[] = []
    const client = createTenonClient({
      baseUrl: 'https://app.example',
      fetch: async (_input, init) => {
        sent.push(init?.keepalive)
        return Response.json({})
      },
    })
    await client.workflows.update('w', { name: 'B' }, { keepalive: true })
    await client.workflows.update('w', { name: 'B' }, { keepalive: false })
    await client.workflows.update('w', { name: 'B' })
    expect(sent).toEqual([true, undefined, undefined])
  })

  test('sends no authorization without a token', async () => {
    const { client, seen } = clientOn(() => Response.json({}), null)
    await client.me()
    expect(seen[0]?.headers.has('authorization')).toBe(false)
  })

  test('goes by the cookies and the fetch of the page when it is given none of its own', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json({ userId: 'u' }))
    vi.stubGlobal('fetch', fetch)
    await expect(createTenonClient({ baseUrl: 'https://app.example' }).me()).resolves.toEqual({ userId: 'u' })
    expect(fetch.mock.calls[0]?.[0]).toBe('https://app.example/me')
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ credentials: 'include' })
  })

  test.each<[unknown, string]>([
    [undefined, 'createTenonClient: baseUrl must be the public URL'],
    [{}, 'createTenonClient: baseUrl must be the public URL'],
    [{ baseUrl: 'app.example' }, 'such as "https://app.example/automation"'],
    [{ baseUrl: 7 }, 'baseUrl must be the public URL'],
    [{ baseUrl: 'https://app.example', getToken: 'abc' }, 'getToken must be a function that returns the token'],
    [{ baseUrl: 'https://app.example', getTokens: () => 'abc' }, 'getTokens is unknown: did you mean getToken?'],
    [{ baseUrl: 'https://app.example', fetch: {}, WebSocket: {} }, 'fetch must be a function such as'],
  ])('refuses the options %j', (options, message) => {
    expect(() => createTenonClient(options as never)).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining(message) }),
    )
  })

  test('an empty answer is undefined', async () => {
    const { client } = clientOn(() => new Response(null, { status: 204 }))
    expect(await client.workflows.remove('w')).toBeUndefined()
  })

  test('a problem becomes the error that the server meant', async () => {
    const issues = [{ path: ['input', 'text'], code: 'required', message: 'Required' }]
    const { client } = clientOn(() =>
      Response.json(
        { code: 'RUN_INPUT_INVALID', detail: 'No text', remedy: 'Add it', retryable: false, issues, requestId: 'q' },
        { status: 422, headers: { 'content-type': 'application/problem+json' } },
      ),
    )
    const error = await client.runs.start('w', {}).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TenonError)
    expect(error).toMatchObject({
      code: 'RUN_INPUT_INVALID',
      message: 'No text',
      remedy: 'Add it',
      details: { issues, requestId: 'q' },
    })
  })

  test.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [413, 'REQUEST_TOO_LARGE'],
    [429, 'RATE_LIMITED'],
    [502, 'UNAVAILABLE'],
    [500, 'INTERNAL'],
  ])('a %i from a proxy in between is %s', async (status, code) => {
    const { client } = clientOn(() => new Response('<html>', { status, headers: { 'content-type': 'text/html' } }))
    await expect(client.me()).rejects.toMatchObject({ code })
  })

  test('a code of a newer server falls back to its status', async () => {
    const { client } = clientOn(() => Response.json({ code: 'FROM_THE_FUTURE' }, { status: 403 }))
    await expect(client.me()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('no answer is UNAVAILABLE, which may be tried again', async () => {
    const { client } = clientOn(() => Promise.reject(new TypeError('fetch failed')))
    await expect(client.me()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  })

  test('an abort comes back with its own reason', async () => {
    const reason = new Error('left the page')
    const { client } = clientOn((request) => {
      throw request.signal.reason
    })
    await expect(client.me({ abortSignal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('an answer that breaks off is UNAVAILABLE, or the reason of the abort', async () => {
    const abort = new AbortController()
    const broken = () => new Response('{"runId":', { headers: { 'content-type': 'application/json' } })
    await expect(clientOn(broken).client.me()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    const { client } = clientOn(() => {
      abort.abort('changed my mind')
      return broken()
    })
    // The stream of a real answer would break off by the signal; this one is short by itself.
    await expect(client.me({ abortSignal: abort.signal })).rejects.toBe('changed my mind')
  })

  test('a stream needs a WebSocket, the one given or that of the platform', () => {
    const opened: string[] = []
    class Platform {
      constructor(url: string) {
        opened.push(url)
      }
      addEventListener() {}
      close() {}
    }
    const { client } = clientOn(() => Response.json({ ticket: 't' }))
    vi.stubGlobal('WebSocket', undefined)
    expect(() => client.runs.stream('r', { onEvents: () => undefined })).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', retryable: false, remedy: expect.stringContaining('ws package') }),
    )
    vi.stubGlobal('WebSocket', Platform)
    const stop = client.runs.stream('r', { onEvents: () => undefined })
    return vi
      .waitFor(() => expect(opened).toEqual([expect.stringMatching(/^wss:.*\/runs\/r\/logs\?/)]), 20_000)
      .finally(stop)
  })

  test('names the URL of collaboration sockets', () => {
    expect(clientOn(() => Response.json({})).client.sockets.collabUrl).toBe('wss://app.example/automation/workflows')
  })
})
