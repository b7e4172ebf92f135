import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as FormerClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as FormerTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Approval, Identity, Page, Run, RunSummary, Workflow } from '@tenon/core/api'
import type { WorkflowDocument } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { asking, greeting, publish, untilRun, working } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer, tokenOf } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { createMcpServer, type McpServer } from './index.ts'

const ADDRESS = 'https://app.example/mcp'
const TASKS = 'io.modelcontextprotocol/tasks'
const WAITS = { taskAfterMs: 500, waitMs: 1_000 }

let server: TestServer
let mcp: McpServer
beforeAll(async () => {
  server = await openTestServer({ limits: { rates: false } })
  mcp = createMcpServer(server.automation, { name: 'Hearth', instructions: 'Tools of the shop', ...WAITS })
})
afterAll(async () => {
  await mcp.close()
  await server.close()
})

const offered = (document: WorkflowDocument, name: string, description = `Does ${name}`): WorkflowDocument => ({
  ...document,
  settings: { ...document.settings, tool: { name, description } },
})

const fetchAs =
  (as: Identity | undefined, to = mcp) =>
  (url: string | URL, init?: RequestInit) =>
    to.fetch(new Request(url, { ...init, headers: { ...headersOf(init), ...credentialsOf(as) } }))
const headersOf = (init?: RequestInit) => Object.fromEntries(new Headers(init?.headers))
const credentialsOf = (as: Identity | undefined) => (as === undefined ? {} : { authorization: `Bearer ${tokenOf(as)}` })

interface ClientOptions {
  readonly capabilities?: object
  readonly onElicit?: (message: string, schema: unknown) => object
  /** @defaultValue 'accept' */
  readonly action?: 'accept' | 'decline' | 'cancel'
}

async function connect(
  as: Identity,
  { capabilities = {}, onElicit, action = 'accept' }: ClientOptions = {},
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    {
      capabilities: { ...capabilities, ...(onElicit ? { elicitation: {} } : {}) },
      versionNegotiation: { mode: 'auto' },
    },
  )
  if (onElicit !== undefined) {
    client.setRequestHandler('elicitation/create', ({ params }) => {
      const { message, requestedSchema } = params as { message: string; requestedSchema: unknown }
      const content = onElicit(message, requestedSchema) as Record<string, string>
      return action === 'accept' ? { action, content } : { action }
    })
  }
  await client.connect(new StreamableHTTPClientTransport(new URL(ADDRESS), { fetch: fetchAs(as) }))
  onTestFinished(() => client.close())
  return client
}

/** Sends one request of the revision 2026-07-28 as it goes over the wire. */
async function send(
  as: Identity | undefined,
  method: string,
  params: Record<string, unknown>,
  hasTasks = true,
  to = mcp,
) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': hasTasks ? { extensions: { [TASKS]: {} } } : {},
  }
  const name = String(params['name'] ?? params['taskId'] ?? '')
  const response = await fetchAs(as, to)(ADDRESS, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(name === '' ? {} : { 'mcp-name': name }) },
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
  })
  const body = (await response.json()) as { result?: Record<string, unknown>; error?: Record<string, unknown> }
  return { status: response.status, ...body }
}

const textOf = ({ content }: { content: unknown }) => (content as { text: string }[])[0]?.text ?? ''
const runsOf = async (as: Identity) => (await server.json<Page<RunSummary>>(200, '/runs', { as })).items

async function openApproval(as: Identity): Promise<Approval> {
  for (;;) {
    const { items } = await server.json<Page<Approval>>(200, '/approvals?status=open', { as })
    if (items[0] !== undefined) return items[0]
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('tools', () => {
  test('are the published workflows of the tenant that are offered, with the schema of their input', async () => {
    const as = testIdentity()
    await publish(server, as, offered(greeting, 'greet', 'Greets a person'))
    await publish(server, as, greeting)
    await server.json(201, '/workflows', {
      as,
      method: 'POST',
      body: { name: 'Draft', document: offered(greeting, 'draft') },
    })
    const client = await connect(as)
    expect(client.getServerVersion()).toMatchObject({ name: 'Hearth' })
    const { tools } = await client.listTools()
    expect(tools).toMatchObject([
      { name: 'greet', title: 'Sample', description: 'Greets a person', inputSchema: { required: ['text'] } },
    ])
    const stranger = await connect(testIdentity())
    expect((await stranger.listTools()).tools).toEqual([])
    await expect(stranger.callTool({ name: 'greet', arguments: { text: 'you' } })).rejects.toThrow(
      'Unknown tool: greet',
    )
    // Who may not start runs has no tools.
    const viewer = await connect({ ...as, role: 'viewer' })
    expect((await viewer.listTools()).tools).toEqual([])
    await expect(viewer.callTool({ name: 'greet', arguments: { text: 'you' } })).rejects.toThrow('Unknown tool')
    expect(await runsOf(as)).toEqual([])
  })

  test('are listed in pages, and follow the published version and the life of their workflow', async () => {
    const as = testIdentity()
    const first = await publish(server, as, offered(greeting, 'b'))
    await publish(server, as, offered(greeting, 'a'))
    const page = await server.json<Page<{ name: string }>>(200, '/tools?limit=1', { as })
    expect(page.items).toMatchObject([{ name: 'a' }])
    const next = `/tools?cursor=${page.nextCursor}`
    expect((await server.json<Page<{ name: string }>>(200, next, { as })).items).toMatchObject([{ name: 'b' }])
    await server.json(200, `/workflows/${first}/draft`, {
      ...{ as, method: 'PATCH' },
      body: { operations: [{ op: 'set_setting', key: 'tool', value: { name: 'c', description: 'Renamed' } }] },
    })
    const names = async () =>
      (await server.json<Page<{ name: string }>>(200, '/tools', { as })).items.map((t) => t.name)
    expect(await names()).toEqual(['a', 'b'])
    await server.json(201, `/workflows/${first}/versions`, { as, method: 'POST' })
    expect(await names()).toEqual(['a', 'c'])
    await server.call(`/workflows/${first}`, { as, method: 'DELETE' })
    expect(await names()).toEqual(['a'])
  })

  test.each([
    ['not a name', 'Greets', 'the name of the tool must have'],
    ['greet', '  ', 'the description of the tool is empty'],
    ['taken', 'Greets', 'the workflow "Sample" already offers a tool "taken"'],
  ])('with the name %j and the description %j are refused at publication', async (name, description, message) => {
    const as = testIdentity()
    await publish(server, as, offered(greeting, 'taken'))
    const body = { name: 'Faulty', document: offered(greeting, name, description) }
    const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    const problem = await server.json<{ code: string; issues: readonly object[] }>(422, `/workflows/${id}/versions`, {
      as,
      method: 'POST',
    })
    expect(problem.code).toBe('WORKFLOW_INVALID')
    expect(problem.issues).toMatchObject([{ code: 'POLICY_INVALID', message: expect.stringContaining(message) }])
  })
})

describe('a call', () => {
  test('starts a run for the person who calls, and answers with its output', async () => {
    const as = testIdentity()
    const echo = workflow(
      [node('start', 'start'), node('end', 'end', { output: { said: '{{input.text}}' } })],
      ['start>end'],
    )
    await publish(server, as, offered(echo, 'echo'))
    const client = await connect(as)
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } })
    expect(result).toMatchObject({ structuredContent: { said: 'hello' } })
    expect(result.isError).toBeUndefined()
    const [run] = await runsOf(as)
    expect(run?.startedBy).toMatchObject({ kind: 'user', user: { userId: as.userId } })
  })

  test('with arguments that do not fit answers what is wrong, so that the model can correct them', async () => {
    const as = testIdentity()
    await publish(server, as, offered(greeting, 'greet'))
    const client = await connect(as)
    const result = await client.callTool({ name: 'greet', arguments: { amount: -1 } })
    expect(result.isError).toBe(true)
    expect(textOf(result)).toContain('RUN_INPUT_INVALID')
    expect(await runsOf(as)).toEqual([])
  })

  test('of a run that fails answers with its error', async () => {
    const as = testIdentity()
    await publish(server, as, offered(working({ fail: 'no' }), 'work'))
    const client = await connect(as)
    const result = await client.callTool({ name: 'work', arguments: { text: 'x' } })
    expect(result.isError).toBe(true)
    expect(await runsOf(as)).toMatchObject([{ status: 'failed' }])
  })

  test('reports progress if the client asks for it', async () => {
    const as = testIdentity()
    await publish(server, as, offered(working(), 'work'))
    const client = await connect(as)
    const seen: number[] = []
    await client.callTool(
      { name: 'work', arguments: { text: 'x' } },
      { onprogress: ({ progress }) => seen.push(progress) },
    )
    expect(seen.length).toBeGreaterThan(0)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })

  test('asks the person at the client to decide, and continues the same run', async () => {
    const as = testIdentity()
    await publish(server, as, offered(asking({ evidence: { order: 7 } }), 'refund'))
    const asked: string[] = []
    const client = await connect(as, {
      onElicit: (message) => {
        asked.push(message)
        return { choice: 'approve', comment: 'fine' }
      },
    })
    const result = await client.callTool({ name: 'refund', arguments: {} })
    expect(result.isError).toBeUndefined()
    expect(asked).toEqual(['Refund?\n\n{\n  "order": 7\n}'])
    expect(await runsOf(as)).toMatchObject([{ status: 'completed', outcome: 'approved' }])
    const { items } = await server.json<Page<Approval>>(200, '/approvals', { as })
    expect(items[0]?.votes).toMatchObject([{ actor: { userId: as.userId }, choice: 'approve', comment: 'fine' }])
  })

  test('that a person declines asks once, and says that the run continues', async () => {
    const as = testIdentity()
    await publish(server, as, offered(asking(), 'refund'))
    for (const action of ['decline', 'cancel'] as const) {
      let asked = 0
      const client = await connect(as, {
        action,
        onElicit: () => {
          asked += 1
          return {}
        },
      })
      const result = await client.callTool({ name: 'refund', arguments: {} })
      expect(textOf(result)).toContain('has not ended yet')
      expect(asked).toBe(1)
    }
    expect(await runsOf(as)).toMatchObject([{ status: 'waiting' }, { status: 'waiting' }])
  })

  test('gives the answer of a respond node while its run continues, also as a task', async () => {
    const as = testIdentity()
    const response = { body: { answer: 'accepted' } }
    const document = workflow(
      [
        ...[node('start', 'start'), node('reply', 'respond', { response })],
        ...[node('ask', 'approval', { title: 'Refund?' }), node('end', 'end')],
      ],
      ['start>reply', 'reply>ask', 'ask:approve>end'],
    )
    await publish(server, as, offered(document, 'order'))
    const client = await connect(as)
    const result = await client.callTool({ name: 'order', arguments: {} })
    expect(result).toMatchObject({ structuredContent: { answer: 'accepted' } })
    const [run] = await runsOf(as)
    await openApproval(as)
    const { result: task } = await send(as, 'tasks/get', { taskId: run?.runId })
    expect(task).toMatchObject({
      status: 'completed',
      result: { structuredContent: { answer: 'accepted' } },
    })
  })

  test('names its run if it can no longer be read', async () => {
    const own = await server.sibling({ limits: { rates: { read: { perSecond: 0.001, burst: 1 } } } })
    onTestFinished(() => own.close())
    const limited = createMcpServer(own.automation, { name: 'Hearth', ...WAITS })
    const as = testIdentity()
    await publish(server, as, offered(asking(), 'refund'))
    const { result } = await send(as, 'tools/call', { name: 'refund', arguments: {} }, true, limited)
    const [run] = await runsOf(as)
    expect(textOf(result as { content: unknown })).toContain(`The run ${run?.runId} of "Sample" has not ended yet`)
    await limited.close()
  })

  test('of an approval for others says that the run continues, and starts no second one', async () => {
    const as = testIdentity({ role: 'editor' })
    await publish(server, as, offered(asking({ userIds: ['another'] }), 'refund'))
    const client = await connect(as, { onElicit: () => ({ choice: 'approve' }) })
    const result = await client.callTool({ name: 'refund', arguments: {} })
    expect(textOf(result)).toContain('has not ended yet')
    expect(await runsOf(as)).toMatchObject([{ status: 'waiting' }])
  })

  test('with a state that is not that of a run of the tool is refused', async () => {
    const as = testIdentity()
    await publish(server, as, offered(asking(), 'refund'))
    const other = testIdentity()
    const foreign = await publish(server, other, asking())
    const { runId } = await server.json<Run>(201, `/workflows/${foreign}/runs`, { as: other, method: 'POST', body: {} })
    for (const requestState of [runId, 'unknown', '']) {
      const { error } = await send(as, 'tools/call', { name: 'refund', arguments: {}, requestState }, false)
      expect(error).toMatchObject({ code: -32602, message: 'Invalid or expired requestState' })
    }
    expect(await runsOf(as)).toEqual([])
  })
})

describe('a task', () => {
  test('is what a longer call becomes; its forms are approvals, decided by the person', async () => {
    const as = testIdentity()
    await publish(server, as, offered(asking(), 'refund'))
    const { result: created } = await send(as, 'tools/call', { name: 'refund', arguments: {} })
    expect(created).toMatchObject({ resultType: 'task', status: 'working', ttlMs: null })
    const taskId = String(created?.['taskId'])
    const { approvalId } = await openApproval(as)
    const { result: asked } = await send(as, 'tasks/get', { taskId })
    expect(asked).toMatchObject({
      ...{ resultType: 'complete', status: 'input_required' },
      inputRequests: {
        [approvalId]: {
          method: 'elicitation/create',
          params: { message: 'Refund?', requestedSchema: { properties: { choice: { enum: ['approve', 'reject'] } } } },
        },
      },
    })
    const update = (content: object) =>
      send(as, 'tasks/update', { taskId, inputResponses: { [approvalId]: { action: 'accept', content }, other: {} } })
    expect((await update({ choice: 'maybe' })).error).toMatchObject({ code: -32602 })
    const declined = { [approvalId]: { action: 'decline' } }
    expect((await send(as, 'tasks/update', { taskId, inputResponses: declined })).result).toMatchObject({})
    expect((await update({ choice: 'reject' })).result).toMatchObject({ resultType: 'complete' })
    await untilRun(server, as, taskId)
    expect((await send(as, 'tasks/get', { taskId })).result).toMatchObject({
      ...{ status: 'completed', result: { content: [{ type: 'text' }] } },
    })
    // A second answer changes nothing.
    expect((await update({ choice: 'approve' })).result).toMatchObject({ resultType: 'complete' })
  })

  test('is canceled with its run, and is not that of another tenant', async () => {
    const as = testIdentity()
    await publish(server, as, offered(asking(), 'refund'))
    const { result } = await send(as, 'tools/call', { name: 'refund', arguments: {} })
    const taskId = String(result?.['taskId'])
    const stranger = testIdentity({ role: 'admin' })
    for (const [method, more] of [
      ['tasks/get', {}],
      ['tasks/cancel', {}],
      ['tasks/update', { inputResponses: {} }],
    ] as const) {
      const foreign = await send(stranger, method, { taskId, ...more })
      const unknown = await send(stranger, method, { taskId: 'unknown', ...more })
      expect(foreign).toEqual(unknown)
      expect(foreign.error).toMatchObject({ code: -32602, data: { code: 'RUN_NOT_FOUND' } })
    }
    expect((await send(as, 'tasks/cancel', { taskId })).result).toMatchObject({ resultType: 'complete' })
    await untilRun(server, as, taskId)
    expect((await send(as, 'tasks/get', { taskId })).result).toMatchObject({ status: 'cancelled' })
    expect((await send(as, 'tasks/cancel', { taskId })).result).toMatchObject({ resultType: 'complete' })
  })

  test('is not for clients that do not support tasks', async () => {
    const as = testIdentity()
    expect((await send(as, 'tasks/get', { taskId: 'x' }, false)).error).toMatchObject({ code: -32021 })
  })
})

describe('a request', () => {
  test('without a person, of a foreign page, or that is too large is refused before anything else', async () => {
    expect((await send(undefined, 'tools/list', {})).status).toBe(401)
    const as = testIdentity()
    const post = (headers: Record<string, string>, body: string) =>
      mcp.fetch(
        new Request(ADDRESS, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            ...credentialsOf(as),
            ...headers,
          },
          body,
        }),
      )
    expect((await post({ origin: 'https://evil.example' }, '{}')).status).toBe(403)
    expect((await post({}, `"${'x'.repeat(1_200_000)}"`)).status).toBe(413)
    expect((await post({}, '{')).status).toBe(400)
    const challenged = createMcpServer(server.automation, {
      name: 'Hearth',
      resourceMetadataUrl: 'https://app.example/.well-known/oauth-protected-resource',
    })
    const refused = await challenged.fetch(new Request(ADDRESS, { method: 'POST' }))
    expect(refused.headers.get('www-authenticate')).toContain('resource_metadata="https://app.example/')
    await challenged.close()
  })

  test('of a client of an earlier revision is served, too', async () => {
    const as = testIdentity()
    await publish(server, as, offered(greeting, 'greet'))
    const client = new FormerClient({ name: 'former', version: '1' })
    await client.connect(new FormerTransport(new URL(ADDRESS), { fetch: fetchAs(as) }) as never)
    expect((await client.listTools()).tools).toMatchObject([{ name: 'greet' }])
    const result = await client.callTool({ name: 'greet', arguments: { text: 'you' } })
    expect(result.isError).toBeUndefined()
    expect(await runsOf(as)).toMatchObject([{ status: 'completed' }])
    await client.close()
  })

  test('takes from the rates of its tenant', async () => {
    const own = await server.sibling({ limits: { rates: { read: { perSecond: 0.001, burst: 1 } } } })
    onTestFinished(() => own.close())
    const limited = createMcpServer(own.automation, { name: 'Hearth' })
    const as = testIdentity()
    const list = async () => (await send(as, 'tools/list', {}, true, limited)) as { error?: object; result?: object }
    expect((await list()).result).toMatchObject({ tools: [] })
    expect((await list()).error).toMatchObject({ code: -32603, data: { code: 'RATE_LIMITED' } })
    await limited.close()
  })
})

test('options that are wrong are refused at once', () => {
  expect(() => createMcpServer({} as never, { name: 'x' })).toThrow('automation')
  expect(() => createMcpServer(server.automation, { name: '' })).toThrow('name')
  expect(() => createMcpServer(server.automation, { name: 'x', waitMs: 200_000 })).toThrow('waitMs')
})
