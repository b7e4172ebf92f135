import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { greet, route } from '../../test/node-definitions.ts'
import type { NodeDefinition } from '../node/definition.ts'
import { implementInlineNode, implementNode } from '../node/implement-node.ts'
import type { NodeContext } from '../node/implementation.ts'
import { createNodeTestHarness } from './node-test-harness.ts'

type GreetContext = NodeContext<{ name: string; times: number }>

const greetBy = (say: (context: GreetContext) => Promise<string> | string) =>
  implementNode(greet, async (context) => ({ port: 'success', output: { greeting: await say(context) } }))

describe('createNodeTestHarness', () => {
  test('checks params, fills in their defaults, and gives port and output', async () => {
    const harness = createNodeTestHarness(greetBy(({ params }) => params.name.repeat(params.times)))
    expect(await harness.run({ name: 'Ada' })).toEqual({ port: 'success', output: { greeting: 'Ada' }, waitFor: null })
    await expect(harness.run({ name: '' })).rejects.toMatchObject({ code: 'NODE_PARAMS_INVALID' })
  })

  test('refuses an output that the definition or the run log would refuse', async () => {
    const anything: NodeDefinition = { ...greet, outputs: { success: z.unknown() } }
    const harness = (output: unknown) =>
      createNodeTestHarness({ definition: anything, run: async () => ({ port: 'success', output }) })
    await expect(harness(Number.NaN).run({ name: 'a' })).rejects.toMatchObject({ code: 'VALUE_NOT_JSON' })
    expect(await harness({ a: undefined, b: 1 }).run({ name: 'a' })).toMatchObject({ output: { b: 1 } })
    const wrong = createNodeTestHarness({ definition: greet, run: async () => ({ port: 'success', output: {} }) })
    await expect(wrong.run({ name: 'a' })).rejects.toMatchObject({ code: 'NODE_OUTPUT_INVALID' })
    await expect(createNodeTestHarness({ definition: greet }).run({ name: 'a' })).rejects.toMatchObject({
      code: 'NODE_DEFINITION_INVALID',
    })
  })

  test('fails a node that calls the global fetch, also one that hides it, and puts the function back', async () => {
    const { fetch } = globalThis
    const calling = createNodeTestHarness(
      greetBy(async () => (await globalThis.fetch('https://example.com')).statusText),
    )
    const hiding = createNodeTestHarness(greetBy(() => globalThis.fetch('https://example.com').then(String, () => 'x')))
    const refusal = { code: 'EGRESS_REFUSED', message: 'The node calls the global fetch' }
    // The first to begin ends last.
    const slow = createNodeTestHarness(greetBy(() => new Promise<string>((resolve) => setTimeout(resolve, 20, 'x'))))
    const running = slow.run({ name: 'a' })
    await expect(calling.run({ name: 'a' })).rejects.toMatchObject(refusal)
    await expect(hiding.run({ name: 'a' })).rejects.toMatchObject(refusal)
    await running
    expect(globalThis.fetch).toBe(fetch)
  })

  test('refuses a run to start from a node whose definition has no control for it', async () => {
    const suspend = { kind: 'child', workflowId: 'greeter', input: {}, wait: true } as const
    const harness = createNodeTestHarness(implementInlineNode(route, () => ({ suspend })))
    await expect(harness.run({ cases: [], schema: {} })).rejects.toMatchObject({
      code: 'NODE_OUTPUT_INVALID',
      message: `"${route.type}" cannot start runs: its definition lacks control: 'child'`,
    })
    const definition = { ...route, control: 'child' } as const
    const child = createNodeTestHarness({ definition, evaluate: () => ({ suspend }) })
    expect(await child.run({ cases: [], schema: {} })).toEqual({ port: null, output: null, waitFor: suspend })
  })

  test('evaluates inline nodes at the instant that the test names, and gives back what they wait for', async () => {
    const harness = createNodeTestHarness(
      implementInlineNode(route, (_params, { now, resume }) =>
        resume === null ? { suspend: { kind: 'time', dueAt: now + 5 } } : { port: 'default', output: {} },
      ),
    )
    const params = { cases: [], schema: {} }
    expect(await harness.run(params, { now: 1_000 })).toEqual({
      port: null,
      output: null,
      waitFor: { kind: 'time', dueAt: 1_005 },
    })
    expect(await harness.run(params)).toMatchObject({ waitFor: { dueAt: Date.UTC(2030, 0, 1) + 5 } })
    expect(await harness.run(params, { resume: { kind: 'time', firedAt: 1_005 } })).toMatchObject({ port: 'default' })
  })

  test('keeps what the node logs, calls and beats, in runs that fail too', async () => {
    const harness = createNodeTestHarness(
      greetBy(({ log, toolCall, heartbeat }) => {
        log('info', 'begin')
        log('warn', 'with data', { a: 1 })
        toolCall({ tool: 'crm', arguments: {}, durationMs: 1 })
        heartbeat()
        throw new Error('broken')
      }),
    )
    await expect(harness.run({ name: 'a' })).rejects.toThrow('broken')
    expect(harness.logs).toEqual([
      { level: 'info', message: 'begin' },
      { level: 'warn', message: 'with data', data: { a: 1 } },
    ])
    expect(harness.toolCalls).toEqual([{ tool: 'crm', arguments: {}, durationMs: 1 }])
    expect(harness.heartbeats).toBe(1)
  })

  test('runs are attempts of one node run: a call that succeeded is not repeated, one that failed is', async () => {
    const calls: string[] = []
    const harness = createNodeTestHarness(
      greetBy(async ({ durable, attempt, idempotencyKey }) => {
        const call = (key: string, isBroken: boolean) =>
          durable(key, async () => {
            calls.push(`${key}/${attempt}`)
            if (isBroken) throw new Error('not yet')
            return key
          })
        await call('charge', false)
        await call('mail', attempt === 1)
        return idempotencyKey
      }),
    )
    await expect(harness.run({ name: 'a' })).rejects.toThrow('not yet')
    const { output } = await harness.run({ name: 'a' }, { attempt: 2 })
    expect(output).toEqual({ greeting: 'test-run/node_under_test' })
    expect(calls).toEqual(['charge/1', 'mail/1', 'mail/2'])
  })

  test('a connection and an abort signal reach the node', async () => {
    const connection = { connectionId: 'c1', provider: 'crm', values: { region: 'eu' } }
    const harness = createNodeTestHarness(
      greetBy(({ connection: given, abortSignal }) => `${String(given?.provider)} ${String(abortSignal.aborted)}`),
      { connection },
    )
    expect(await harness.run({ name: 'a' })).toMatchObject({ output: { greeting: 'crm false' } })
    expect(await harness.run({ name: 'a' }, { abortSignal: AbortSignal.abort() })).toMatchObject({
      output: { greeting: 'crm true' },
    })
  })
})

describe('databases and mail in the harness', () => {
  const result = { rows: [{ name: 'Ada' }], rowCount: 1, isTruncated: false, isRepeated: false }
  const nameOf = greetBy(async ({ sql, mail, idempotencyKey }) => {
    const { rows } = await sql.read({ sql: 'select 1', values: {}, maxRows: 1, onMoreRows: 'fail' })
    const name = String(rows[0]?.name)
    await mail.send({ from: 'a@acme.example', to: ['b@acme.example'], subject: name, text: 'Hi', idempotencyKey })
    return name
  })

  test('are those of the test', async () => {
    const subjects: string[] = []
    const sql = { read: async () => result, write: async () => result }
    const send = async ({ subject }: { readonly subject: string }) => {
      subjects.push(subject)
      return { messageId: '<1@acme.example>', accepted: ['b@acme.example'], rejected: [], refusals: [] }
    }
    const { output } = await createNodeTestHarness(nameOf, { sql, mail: { send } }).run({ name: 'a' })
    expect([output, subjects]).toEqual([{ greeting: 'Ada' }, ['Ada']])
  })

  test('fail without one', async () => {
    await expect(createNodeTestHarness(nameOf).run({ name: 'a' })).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
  })
})

describe('HTTP in the harness', () => {
  test('request asks the test and keeps what it was asked', async () => {
    const harness = createNodeTestHarness(
      greetBy(async ({ http }) => {
        const first = await http.request('https://a.example/x', { method: 'POST', headers: { 'X-A': '1' }, body: 'hi' })
        const second = await http.request('https://a.example/y', { body: new Uint8Array([104, 105]) })
        return JSON.stringify([
          first.status,
          first.ok,
          first.url,
          first.headers,
          await first.json(),
          await second.text(),
        ])
      }),
      {
        respond: ({ url }) =>
          url.endsWith('x') ? { status: 201, headers: { 'X-B': '2' }, body: { a: 1 } } : { body: 'plain' },
      },
    )
    const { output } = await harness.run({ name: 'a' })
    expect(JSON.parse((output as { greeting: string }).greeting)).toEqual([
      201,
      true,
      'https://a.example/x',
      { 'content-type': 'application/json', 'x-b': '2' },
      { a: 1 },
      'plain',
    ])
    expect(harness.requests).toEqual([
      { method: 'POST', url: 'https://a.example/x', headers: { 'x-a': '1' }, body: 'hi' },
      { method: 'GET', url: 'https://a.example/y', headers: {}, body: 'hi' },
    ])
  })

  test('fetch does the same for SDK clients', async () => {
    const harness = createNodeTestHarness(
      greetBy(async ({ http }) => {
        const answer = await http.fetch('https://a.example/z', { method: 'PUT', body: '{}', headers: { 'x-a': '1' } })
        return `${answer.status} ${await answer.text()}`
      }),
      { respond: async () => ({ status: 204, body: '' }) },
    )
    expect(await harness.run({ name: 'a' })).toMatchObject({ output: { greeting: '204 ' } })
    expect(harness.requests).toMatchObject([{ method: 'PUT', url: 'https://a.example/z', body: '{}' }])
  })

  test('what is not JSON says so, an aborted request is not sent, and no answer is a failure with its remedy', async () => {
    const ask = greetBy(async ({ http, abortSignal }) =>
      String(await (await http.request('https://a.example/', { abortSignal })).json()),
    )
    const garbled = createNodeTestHarness(ask, { respond: () => ({}) })
    await expect(garbled.run({ name: 'a' })).rejects.toMatchObject({ code: 'HTTP_RESPONSE_INVALID' })
    await expect(garbled.run({ name: 'a' }, { abortSignal: AbortSignal.abort(new Error('canceled')) })).rejects.toThrow(
      'canceled',
    )
    expect(garbled.requests).toHaveLength(1)
    await expect(createNodeTestHarness(ask).run({ name: 'a' })).rejects.toMatchObject({
      code: 'HTTP_FAILED',
      message: 'The test has no answer for GET https://a.example/: pass "respond"',
    })
  })

  test('a client of the test replaces respond', async () => {
    const http = { fetch, request: async () => Promise.reject(new Error('mine')) }
    const harness = createNodeTestHarness(
      greetBy(async ({ http: given }) => (await given.request('https://a.example/')).url),
      { http },
    )
    await expect(harness.run({ name: 'a' })).rejects.toThrow('mine')
  })
})
