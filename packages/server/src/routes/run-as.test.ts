import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConnectionInfo, Identity, Page, ParkedNodeRun, Run, StartedRun } from '@tenon/core/api'
import type { JsonObject } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { defineConnector, defineNode, implementNode, nodeCall } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { runWorkflowNode } from '../../../nodes/src/run-workflow/implementation.ts'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish, runToEnd, untilRun } from '../testing/kit/sample-workflows.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const common = { version: 1, description: 'Test', icon: 'M4 12h16', category: 'action', effect: 'read' } as const
const ports = [{ name: 'success', title: 'Done' }] as const
const outputs = { success: z.unknown() }
const call = defineNode({
  ...{ ...common, type: 'acme/call', title: 'Call', summary: 'Calls {path}', ports, outputs },
  params: z.object({
    path: z.string(),
    connection: z.string().optional().meta({ control: 'connection', literal: true }),
  }),
})
const caller = defineNode({
  ...{ ...common, type: 'acme/caller', title: 'Caller', summary: 'Calls', ports, outputs },
  params: z.object({ params: z.unknown(), approvers: z.array(z.string()).optional() }),
  calls: [{ type: 'acme/call', version: 1 }],
})

/** Paths of the requests that arrived with the credentials. */
let got: string[] = []
const service = createServer((request, response) => {
  if (request.headers.authorization === 'Bearer canary-token-1') got.push(request.url ?? '')
  response.writeHead(isRevoked ? 401 : 200).end('{}')
})
let isRevoked = false
let origin = ''
let server: TestServer
const callNode = implementNode(call, async ({ params, http }) => {
  if (params.path === '') throw new Error('No path')
  const { status } = await http.request(`${origin}${params.path}`)
  return { port: 'success', output: { status } }
})
const callerNode = implementNode(caller, async ({ params: { params, approvers: userIds }, resume }) => {
  if (resume?.kind === 'calls') return { port: 'success', output: [...resume.results] }
  const approval =
    userIds === undefined ? {} : { approval: { title: 'May I?', isEditable: true, approvers: { userIds } } }
  const called = nodeCall(call, { callId: 'c', title: 'Call', params: params as { path: string }, ...approval })
  return { suspend: { kind: 'calls', mode: 'all', calls: [called] } }
})
beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const crm = defineConnector({
    ...{ id: 'crm', title: 'CRM', auth: { kind: 'bearer' }, allowedHosts: [origin], test: { url: `${origin}/me` } },
  })
  server = await openTestServer({
    ...{ nodes: [...testNodes, callNode, callerNode, runWorkflowNode], connectors: [crm], keyProvider: plainKeys },
    egress: { allow: ['127.0.0.1/32'] },
  })
})
afterAll(async () => {
  await server.close()
  service.close()
})

const people = () => {
  const owner = testIdentity({ role: 'editor' })
  return { owner, editor: { ...owner, userId: 'u-other' }, viewer: { ...owner, userId: 'v', role: 'viewer' as const } }
}
const connect = (as: Identity, sharing: 'tenant' | 'user' = 'user') => {
  const body = {
    connector: 'crm',
    name: 'Private name',
    secrets: { token: 'canary-token-1' },
    sharing: { kind: sharing },
  }
  return server.json<ConnectionInfo>(201, '/connections', { as, method: 'POST', body })
}
const start = (as: Identity, workflowId: string, input: JsonObject = {}) =>
  server.json<StartedRun>(201, `/workflows/${workflowId}/runs`, { as, method: 'POST', body: { input } })
const flow = (type: string, params: JsonObject, more: object = {}, settings: object = {}) =>
  workflow(
    [
      node('start', 'start'),
      { ...node('call', type, params), ...more },
      node('end', 'end', { output: '{{nodes.call.output}}' }),
    ],
    ['start>call', 'call>end'],
    { settings },
  )
const isWaiting = (run: Run) => run.status === 'waiting'
const refusal = { status: 'failed', error: { code: 'CONNECTION_REFUSED' } }

describe('a run acts', () => {
  test('for the person who started it, and its child acts for the same person', async () => {
    const { owner, editor } = people()
    const { id: connection } = await connect(owner)
    const child = await publish(server, owner, flow('acme/call', { connection, path: '/child' }))
    const parent = await publish(server, owner, flow('run-workflow', { workflow: child, input: {} }))
    got = []
    expect(await runToEnd(server, owner, parent)).toMatchObject({ status: 'completed' })
    expect(got).toEqual(['/child'])
    const refused = await runToEnd(server, editor, parent)
    expect(refused).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('for its owner') } })
    expect(got).toHaveLength(1)
  })

  test('for no one if it merges the requests of several people', async () => {
    const { owner, editor } = people()
    const { id: connection } = await connect(owner)
    const batching = { maxSize: 2, maxWait: '1h' }
    const document = flow('acme/call', { connection, path: '/{{ input.items[0] }}' }, {}, { batching })
    const workflowId = await publish(server, owner, document)
    got = []
    for (const [other, expected] of [
      [editor, refusal],
      [owner, { status: 'completed' }],
    ] as const) {
      await server.call(`/workflows/${workflowId}/runs`, {
        as: other,
        method: 'POST',
        body: { input: { items: ['a'] } },
      })
      const body = { input: { items: ['b'] } }
      const merged = await server.call(`/workflows/${workflowId}/runs`, { as: owner, method: 'POST', body })
      const { runId } = (await merged.json()) as StartedRun
      expect(await untilRun(server, owner, runId)).toMatchObject(expected)
    }
    expect(got).toEqual(['/a'])
  })
})

describe('a private connection', () => {
  test('is not chosen by the params of others, nor used with them', async () => {
    const { owner, editor } = people()
    const { id: connection } = await connect(owner)
    const policy = { onError: 'park', retry: { maximumAttempts: 1 } }
    const resolve = async (as: Identity, workflowId: string, status: number, params: JsonObject) => {
      const { runId } = await start(owner, workflowId)
      await untilRun(server, owner, runId, isWaiting)
      const { items } = await server.json<Page<ParkedNodeRun>>(200, `/parked?runId=${runId}`, { as })
      const body = { resolution: { kind: 'retry_with_params', params } }
      const path = `/parked/${items[0]?.parkedId}/resolution`
      return { runId, ...(await server.json<Problem>(status, path, { as, method: 'POST', body })) }
    }
    got = []
    const without = await publish(server, editor, flow('acme/call', { path: '' }, { policy }))
    expect(await resolve(editor, without, 422, { path: '/x', connection })).toMatchObject({
      ...{ code: 'NODE_PARAMS_INVALID', issues: [{ path: ['connection'] }] },
    })
    const own = await publish(server, owner, flow('acme/call', { path: '', connection }, { policy }))
    expect(await resolve(editor, own, 403, { path: '/x', connection })).toMatchObject({ code: 'CONNECTION_REFUSED' })
    const { runId } = await resolve(owner, own, 200, { path: '/mine', connection })
    expect(await untilRun(server, owner, runId)).toMatchObject({ status: 'completed' })
    expect(got).toEqual(['/mine'])
  })

  test('is not used by a node that is called, by its caller or by the person who approves the call', async () => {
    const { owner, viewer } = people()
    const { id: connection } = await connect(owner, 'tenant')
    got = []
    const named = await publish(server, owner, flow('acme/caller', { params: { path: '/x', connection } }))
    const run = await runToEnd(server, owner, named)
    expect(run.output).toMatchObject([{ error: { code: 'CONNECTION_REFUSED' } }])
    const approved = await publish(server, owner, flow('acme/caller', { params: { path: '/x' }, approvers: ['v'] }))
    const { runId } = await start(owner, approved)
    await untilRun(server, owner, runId, isWaiting)
    const { items } = await server.json<Page<{ approvalId: string }>>(200, `/approvals?runId=${runId}`, { as: viewer })
    const decide = (status: number, params: JsonObject) => {
      const body = { choice: 'approve', params }
      const path = `/approvals/${items[0]?.approvalId}/decision`
      return server.json<Problem>(status, path, { as: viewer, method: 'POST', body })
    }
    expect(await decide(422, { path: '/x', connection })).toMatchObject({ code: 'NODE_PARAMS_INVALID' })
    await decide(200, { path: '/y' })
    expect(await untilRun(server, owner, runId)).toMatchObject({ status: 'completed' })
    expect(got).toEqual([])
  })

  test('has no name in what viewers see', async () => {
    const { owner, editor, viewer } = people()
    const { id } = await connect(owner)
    const workflowId = await publish(server, owner, flow('acme/call', { connection: id, path: '/x' }))
    const refused = await runToEnd(server, editor, workflowId)
    expect(refused).toMatchObject(refusal)
    isRevoked = true
    await server.json(200, `/connections/${id}/test`, { as: owner, method: 'POST' })
    isRevoked = false
    const { runId } = await start(owner, workflowId)
    await untilRun(server, owner, runId, isWaiting)
    for (const seen of [refused.runId, runId]) {
      for (const path of [`/runs/${seen}`, `/runs/${seen}/ledger`]) {
        const response = await server.call(path, { as: viewer })
        expect([path, response.status]).toEqual([path, 200])
        expect(await response.text()).not.toContain('Private name')
      }
    }
    await server.call(`/runs/${runId}/cancel`, { as: owner, method: 'POST' })
  })
})
