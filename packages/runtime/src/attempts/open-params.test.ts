import { TenonError } from '@tenon/core/errors'
import { MASK } from '@tenon/core/mask'
import { createNodeRegistry, defineNode, implementNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { nodeTypesOf } from '../commit/node-types.ts'
import { compile } from '../interpreter/compile.ts'
import type { SecretReader } from '../secret-reader.ts'
import { inlineNodes } from '../testing/test-nodes.ts'
import { type OpenedParams, openParams, redactEnd, redactJournaled } from './open-params.ts'

const mail = implementNode(
  defineNode({
    type: 'mail',
    version: 1,
    title: 'Mail',
    description: 'Sends a mail',
    icon: 'M4 12h16',
    category: 'action',
    params: z.object({ apiKey: z.string().trim().min(4).meta({ secret: true }) }),
    ports: [{ name: 'success', title: 'Done' }],
    outputs: { success: z.object({}) },
    summary: 'Sends',
    effect: 'write',
    policy: { retry: { maximumAttempts: 1 } },
  }),
  async () => ({ port: 'success', output: {} }),
)
const registry = createNodeRegistry([...inlineNodes(), mail])
const apiKey = { $secret: 'sec_abcdefghijklmnopqrstuv', setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada' }

const RUN = { tenantId: 'acme', runId: 'r1' }

/** Returns the params of a node that waits for no connection. */
async function opened(
  opening: Awaited<ReturnType<typeof openParams>> | ReturnType<typeof openParams>,
): Promise<OpenedParams> {
  const result = await opening
  if ('reconnect' in result) throw new RangeError('It waits')
  return result
}

function open(reveal: SecretReader['reveal'] | null) {
  const document = workflow([node('start', 'start'), node('m', 'mail', { apiKey })], ['start>m'])
  const planned = compile(document, registry.manifest).nodes.find(({ id }) => id === 'm')
  if (planned === undefined) throw new RangeError('The plan has no node m')
  const secrets = reveal === null ? undefined : { reveal, callbackUrl: async () => null }
  return opened(openParams({ ...RUN, node: planned, params: { apiKey } }, nodeTypesOf(registry), secrets))
}

describe('callback URLs', () => {
  const placeholder = `tenon-callback.${Buffer.from('["r1","wait"]').toString('base64url')}.${'p'.repeat(22)}`
  const planned = compile(workflow([node('start', 'start'), node('m', 'set', {})], ['start>m']), registry.manifest)
  const openWith = (callbackUrl: SecretReader['callbackUrl'], text: string) => {
    const [, set] = planned.nodes
    if (set === undefined) throw new RangeError('The plan has no second node')
    const secrets = { reveal: async () => '', callbackUrl }
    const started = { ...RUN, node: set, params: { list: [{ text }], n: 1 } }
    return opened(openParams(started, nodeTypesOf(registry), secrets))
  }

  test('replace their placeholders for the body, and are masked in what it returns, also in part', async () => {
    const asked: unknown[] = []
    const opened = await openWith(async (...given) => {
      asked.push(given)
      return 'https://app.example/callbacks/token-of-r1'
    }, `Answer at ${placeholder}.`)
    expect(asked).toEqual([['acme', { runId: 'r1', nodeRunId: 'wait', proof: 'p'.repeat(22) }]])
    expect(opened.params).toEqual({ list: [{ text: 'Answer at https://app.example/callbacks/token-of-r1.' }], n: 1 })
    for (const sent of ['https://app.example/callbacks/token-of-r1', 'token-of-r1']) {
      expect(opened.secrets.json({ sent: `got ${sent}` })).toEqual({ sent: `got ${MASK}` })
    }
  })

  test('stay placeholders if their run has not made them, and other texts ask for nothing', async () => {
    expect((await openWith(async () => null, placeholder)).params).toMatchObject({ list: [{ text: placeholder }] })
    const never = () => Promise.reject(new RangeError('not asked'))
    for (const text of ['tenon-callback.', 'tenon-callback.x.y', 'plain']) {
      expect((await openWith(never, text)).params).toMatchObject({ list: [{ text }] })
    }
    await expect(openWith(never, placeholder)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('openParams', () => {
  test('puts the value in place of its marker, and replaces it in what the body returns', async () => {
    const opened = await open(async (...asked) => asked.join(' '))
    const value = 'acme sec_abcdefghijklmnopqrstuv mail.apiKey'
    expect(opened.params).toEqual({ apiKey: value })
    expect(JSON.stringify(opened.secrets.json({ sent: value }))).not.toContain(value)
  })

  test('replaces the token of a header value, too, which a service may send back without its scheme', async () => {
    const { fileMask, secrets } = await open(async () => 'Bearer token-of-acme')
    expect(secrets.json({ you: 'sent token-of-acme' })).toEqual({ you: expect.not.stringContaining('token-of-acme') })
    expect(fileMask?.bytes.bytes(Buffer.from('sent token-of-acme')).toString()).toBe(`sent ${MASK}`)
    expect(fileMask?.text('token-of-acme.txt')).toBe(`${MASK}.txt`)
  })

  test('replaces both the stored value and the parsed one, which has no spaces around it', async () => {
    const { params, secrets, credentials } = await open(async () => '  canary-of-acme \n')
    expect(params).toEqual({ apiKey: 'canary-of-acme' })
    for (const sent of ['canary-of-acme', '  canary-of-acme \n', btoa('canary-of-acme')]) {
      expect(secrets.json({ sent })).toEqual({ sent: MASK })
      expect(credentials.text(`401: ${sent}`)).toBe(`401: ${MASK}`)
    }
  })

  test('hides secrets in each part of a result, also beside parts that are no JSON, and in journaled results', async () => {
    const opened = await open(async () => 'canary-of-acme')
    const output = { sent: 'canary-of-acme', kept: undefined, call: () => undefined }
    const usage = { model: 'canary-of-acme', inputTokens: 1, outputTokens: 1 }
    const wait = { kind: 'approval', title: 'canary-of-acme', call: () => undefined } as never
    expect(redactEnd({ kind: 'result', result: { port: 'success', output: output as never, usage } }, opened)).toEqual({
      kind: 'result',
      result: { port: 'success', output: { ...output, sent: MASK }, usage: { ...usage, model: MASK } },
    })
    expect(redactEnd({ kind: 'result', result: { suspend: wait } }, opened)).toMatchObject({
      result: { suspend: { title: MASK } },
    })
    expect(redactJournaled({ sent: ['canary-of-acme'] }, opened)).toEqual({ sent: [MASK] })
    const large = redactEnd(
      { kind: 'result', result: { port: 'success', output: { x: 'x'.repeat(40_000_000) } } },
      opened,
    )
    expect(large).toMatchObject({ kind: 'thrown', error: { code: 'VALUE_TOO_LARGE' } })
  })

  test('lets a node with a secret call others, but not with the secret', async () => {
    const opened = await open(async () => 'canary-of-acme')
    const calls = (text: string) =>
      ({ suspend: { kind: 'calls', mode: 'all', calls: [{ params: { text } }] } }) as never
    const plain = { kind: 'result', result: calls('plain') } as const
    expect(redactEnd(plain, opened)).toEqual(plain)
    expect(redactEnd({ kind: 'result', result: calls('canary-of-acme') }, opened)).toMatchObject({
      kind: 'thrown',
      error: { code: 'CALLS_INVALID' },
    })
  })

  test("takes an error of the database for an outage, and not for the node's own", async () => {
    const cause = Object.assign(new RangeError('terminating connection'), { code: '57P01' })
    await expect(open(() => Promise.reject(cause))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
      message: 'The value of mail.apiKey is temporarily unavailable',
      details: { waitsFor: 'database' },
      cause,
    })
    // A fault of a program, or of its data, does not end by itself.
    for (const lasting of [new TypeError('x is not a function'), Object.assign(new Error('x'), { code: '22P02' })]) {
      await expect(open(() => Promise.reject(lasting))).rejects.toMatchObject({
        ...{ code: 'UNAVAILABLE', details: undefined, cause: lasting },
      })
    }
  })

  test('leaves other failures as they are', async () => {
    const missing = new TenonError('SECRET_NOT_FOUND', 'No secret is stored for mail.apiKey')
    await expect(open(() => Promise.reject(missing))).rejects.toBe(missing)
    await expect(open(null)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND', retryable: false })
    await expect(open(async () => 'abc')).rejects.toMatchObject({ code: 'NODE_PARAMS_INVALID' })
  })
})

describe('connections', () => {
  const call = implementNode(
    defineNode({
      ...{ type: 'call', version: 1, title: 'Call', description: 'Calls', icon: 'M4 12h16', category: 'action' },
      params: z.object({
        connection: z.string().optional().meta({ control: 'connection', literal: true }),
        url: z.string().default(''),
      }),
      ...{
        ports: [{ name: 'success', title: 'Done' }],
        outputs: { success: z.object({}) },
        summary: '',
        effect: 'read',
      },
    }),
    async () => ({ port: 'success', output: {} }),
  )
  const types = createNodeRegistry([...inlineNodes(), call])
  const [, planned] = compile(
    workflow([node('start', 'start'), node('c', 'call', { connection: 'c1' })], ['start>c']),
    types.manifest,
  ).nodes
  const openCall = async (
    openConnection: SecretReader['openConnection'] | null,
    connection?: string,
    change: object = {},
  ) => {
    if (planned === undefined) throw new RangeError('The plan has no node c')
    const params = connection === undefined ? {} : { connection }
    const started = { ...RUN, node: { ...planned, ...change }, params }
    const reader = { reveal: async () => '', callbackUrl: async () => null }
    return openParams(started, nodeTypesOf(types), openConnection ? { ...reader, openConnection } : reader)
  }
  const OPEN = {
    connection: { connectionId: 'c1', provider: 'bearer', values: {} },
    credentials: { headers: { authorization: 'Bearer canary-of-acme' }, query: {}, allowedHosts: ['api.example.com'] },
    secrets: ['canary-of-acme'],
  }

  test('are opened for the run, and their secrets are masked in what the body returns and logs', async () => {
    const asked: unknown[] = []
    const result = await openCall(async (...given) => {
      asked.push(given)
      return OPEN
    }, 'c1')
    const { connection, secrets, credentials } = await opened(result as OpenedParams)
    expect(asked).toEqual([[RUN, 'c1']])
    expect(connection).toBe(OPEN)
    expect(secrets.json({ sent: 'canary-of-acme' })).toEqual({ sent: MASK })
    expect(credentials.text('401: Bearer canary-of-acme')).toBe(`401: Bearer ${MASK}`)
    // An excerpt of the answer of the service, cut within the secret.
    expect(credentials.json({ body: 'you sent canary' })).toEqual({ body: `you sent ${MASK}` })
  })

  test('that a person must connect again are returned as a wait, and nodes without one ask for nothing', async () => {
    const reconnect = { connectionId: 'c1', name: 'CRM', generation: 2 }
    expect(await openCall(async () => ({ reconnect }), 'c1')).toEqual({ reconnect })
    for (const none of [undefined, '']) expect(await openCall(null, none)).toMatchObject({ connection: null })
  })

  test('are those of the document: neither other params nor a call can name one', async () => {
    const open = async () => OPEN
    await expect(openCall(open, 'c1', { params: {} })).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
    await expect(openCall(open, 'c2')).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
    await expect(openCall(open, 'c1', { called: 'as_asked' })).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
  })

  test('that cannot be opened fail the node, and an outage of the store is no failure of its own', async () => {
    await expect(openCall(null, 'c1')).rejects.toMatchObject({ code: 'CONNECTION_NOT_FOUND' })
    const refused = new TenonError('CONNECTION_REFUSED', 'Not shared')
    await expect(openCall(() => Promise.reject(refused), 'c1')).rejects.toBe(refused)
    await expect(openCall(() => Promise.reject(new RangeError('gone')), 'c1')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
  })
})
