import { TenonError } from '@tenon/core/errors'
import { defineNode, implementNode } from '@tenon/core/node'
import { embeddedEngine } from '@tenon/runtime'
import { temporalEngine } from '@tenon/runtime/temporal'
import { openTestPGlite } from '@tenon/runtime/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { WorkflowServerOptions } from './options.ts'
import { greeting } from './testing/kit/sample-workflows.ts'
import { testNodes } from './testing/kit/test-nodes.ts'
import { testIdentity } from './testing/test-identity.ts'
import { createWorker } from './worker.ts'
import { createWorkflowServer } from './workflow-server.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const pool = { connect: () => Promise.reject(new Error('no connection')), end: async () => undefined }
const valid: WorkflowServerOptions = {
  database: { pool },
  engine: embeddedEngine(),
  nodes: testNodes,
  authenticate: () => null,
  publicUrl: 'https://app.example',
  log: () => undefined,
}

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make()
  } catch (error) {
    if (!(error instanceof TenonError)) throw error
    expect(error.code).toBe('OPTIONS_INVALID')
    expect(error.remedy).not.toBe('')
    const issues = (error.details?.issues ?? []) as readonly { readonly path: readonly string[] }[]
    return issues.map(({ path }) => path.join('.'))
  }
  return []
}
const faultsWith = (change: Record<string, unknown>) =>
  faultsOf(() => createWorkflowServer({ ...valid, ...change } as WorkflowServerOptions))

describe('the options of a server', () => {
  test('are reported all at once', () => {
    expect(faultsOf(() => createWorkflowServer({} as WorkflowServerOptions))).toEqual([
      'database',
      'engine',
      'nodes',
      'authenticate',
      'publicUrl',
    ])
    expect(faultsOf(() => createWorkflowServer(undefined as never))).toHaveLength(5)
  })

  test.each<[string, unknown, string]>([
    ['database', null, 'database'],
    ['database', 'postgres://localhost/app', 'database'],
    ['database', {}, 'database'],
    ['database', { pool: undefined }, 'database'],
    ['database', { pool: 'postgres://localhost/app' }, 'database.pool'],
    ['database', { pglite: {} }, 'database.pglite'],
    ['database', { pool, schem: 'automation' }, 'database.schem'],
    ['database', { pool, schema: 7 }, 'database.schema'],
    ['database', { pool, endOnClose: 'yes' }, 'database.endOnClose'],
    ['egress', { allow: '10.0.0.0/8' }, 'egress.allow'],
    ['egress', { allow: ['10.0.0.0/8', 7] }, 'egress.allow.1'],
    ['egress', { allowed: ['10.0.0.0/8'] }, 'egress.allowed'],
    ['allowedOrigin', ['https://other.example'], 'allowedOrigin'],
    ['surprise', undefined, 'surprise'],
    ['__proto__ of a parser', 1, '__proto__ of a parser'],
    ['engine', {}, 'engine'],
    ['engine', embeddedEngine, 'engine'],
    ['engine', temporalEngine, 'engine'],
    ['engine', () => ({}), 'engine'],
    ['nodes', {}, 'nodes'],
    ['nodes', [null], 'nodes.0'],
    ['authenticate', undefined, 'authenticate'],
    ['publicUrl', 'app.example', 'publicUrl'],
    ['publicUrl', 'ftp://app.example', 'publicUrl'],
    ['publicUrl', undefined, 'publicUrl'],
    ['publicUrl', 'https://app.example/automation', 'publicUrl'],
    ['publicUrl', 'https://app.example/?tenant=acme', 'publicUrl'],
    ['allowedOrigins', 'https://other.example', 'allowedOrigins'],
    ['allowedOrigins', ['https://ok.example', '*'], 'allowedOrigins.1'],
    ['allowedOrigins', ['https://ok.example/', 'https://other.example/app'], 'allowedOrigins.1'],
    ['basePath', 'https://app.example/automation', 'basePath'],
    ['basePath', '/a?b', 'basePath'],
    ['basePath', 7, 'basePath'],
    ['bus', {}, 'bus'],
    ['log', console, 'log'],
    ['keyProvider', { wrapKey: () => undefined }, 'keyProvider'],
    ['socketLifetimeMs', 0, 'socketLifetimeMs'],
    ['socketLifetimeMs', 30 * 86_400_000, 'socketLifetimeMs'],
    ['identityCheckMs', Number.POSITIVE_INFINITY, 'identityCheckMs'],
    ['bodyTimeoutMs', '20s', 'bodyTimeoutMs'],
    ['lookUpIdentity', {}, 'lookUpIdentity'],
    ['limits', 7, 'limits'],
    ['limits', { workflowPerTenant: 5 }, 'limits.workflowPerTenant'],
    ['limits', { requestsPerTenant: 0 }, 'limits.requestsPerTenant'],
    ['limits', { bodiesPerTenant: 2.5 }, 'limits.bodiesPerTenant'],
    ['limits', { connectionsPerUser: Number.NaN }, 'limits.connectionsPerUser'],
    ['limits', { rateLimiter: {} }, 'limits.rateLimiter'],
    ['limits', { rates: true }, 'limits.rates'],
    ['limits', { rates: { starts: { perSecond: 1, burst: 1 } } }, 'limits.rates.starts'],
    ['limits', { rates: { start: { perSecond: -1, burst: 1 } } }, 'limits.rates.start.perSecond'],
    ['limits', { rates: { start: 5 } }, 'limits.rates.start'],
    ['limits', { rates: { start: { perSecond: 1, burst: 1, perMinute: 9 } } }, 'limits.rates.start.perMinute'],
  ])('%s: %j is refused at %s', (name, value, field) => {
    expect(faultsWith({ [name]: value })).toEqual([field])
  })

  test.each<[string, unknown, string]>([
    ['database', { pglite: Promise.resolve({}) }, 'database.pglite is a promise: await it'],
    ['database', Promise.resolve({ pool }), 'database is a promise: await it'],
    ['nodes', Promise.resolve(testNodes), 'nodes is a promise: await it'],
    [
      'publicUrl',
      'https://app.example/automation',
      'publicUrl must be an origin, such as "https://app.example", without a path: the path of the API is basePath',
    ],
  ])('%s: a likely mistake is named', (name, value, message) => {
    expect(() => createWorkflowServer({ ...valid, [name]: value } as WorkflowServerOptions)).toThrow(message)
  })

  test('that are misspelt are refused with the name that was meant', () => {
    const messageWith = (change: Record<string, unknown>): string => {
      try {
        createWorkflowServer({ ...valid, ...change } as WorkflowServerOptions)
      } catch (error) {
        return (error as Error).message
      }
      return ''
    }
    expect(messageWith({ socketLifeTimeMs: 1 })).toContain(
      'socketLifeTimeMs is unknown: did you mean socketLifetimeMs?',
    )
    expect(messageWith({ limits: { workflowPerTenant: 5 } })).toContain('did you mean limits.workflowsPerTenant?')
    expect(messageWith({ cors: true })).toContain('cors is unknown: use one of database, engine, nodes')
    expect(messageWith({ ['x'.repeat(10_000)]: 1 }).length).toBeLessThan(1_000)
  })

  test('that are valid are accepted', () => {
    expect(faultsWith({ basePath: '/automation', allowedOrigins: ['https://other.example'] })).toEqual([])
    const unlimited = { rates: false, requestsPerTenant: Number.POSITIVE_INFINITY, waitingPerTenant: 0 } as const
    expect(faultsWith({ limits: unlimited })).toEqual([])
    expect(faultsWith({ limits: { rates: { validation: { perSecond: 1, burst: 0 } } } })).toEqual([])
  })

  test('say nothing of a credential in a URL', () => {
    const make = () => createWorkflowServer({ ...valid, publicUrl: 'ftp://ada:hunter2secret@app.example' })
    expect(make).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2secret') }))
  })

  test('need a key provider in production when a node requires a secret param', () => {
    const withSecret = (apiKey: z.ZodType) =>
      implementNode(
        defineNode({
          type: 'acme/secretive',
          version: 1,
          title: 'Secretive',
          description: 'Keeps a secret',
          icon: 'M4 12h16',
          category: 'action',
          params: z.object({ apiKey }),
          ports: [{ name: 'success', title: 'Done' }],
          outputs: { success: z.object({ ok: z.boolean() }) },
          summary: 'Works',
          effect: 'none',
        }),
        async () => ({ port: 'success', output: { ok: true } }),
      )
    const nodes = [...testNodes, withSecret(z.string().meta({ secret: true }))]
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => createWorkflowServer({ ...valid, nodes })).toThrow(
      expect.objectContaining({ code: 'KEY_PROVIDER_REQUIRED', message: expect.stringContaining('apiKey') }),
    )
    expect(() => createWorkflowServer(valid)).not.toThrow()
    const lines: unknown[] = []
    const optional = [...testNodes, withSecret(z.string().optional().meta({ secret: true }))]
    createWorkflowServer({ ...valid, nodes: optional, log: (...line) => lines.push(line) })
    expect(lines.splice(0)).toEqual([
      ['warn', expect.stringContaining('secrets.no_key_provider'), { type: 'acme/secretive', param: 'apiKey' }],
    ])
    vi.stubEnv('NODE_ENV', 'development')
    createWorkflowServer({ ...valid, nodes, log: (...line) => lines.push(line) })
    expect(lines).toEqual([['warn', expect.stringContaining('secrets.local_key'), { file: '.tenon/secret.key' }]])
  })
})

describe('close', () => {
  test('leaves a pool open unless the options say to end it, and hears when an idle connection is lost', async () => {
    let ended = 0
    const listeners: ((error: Error) => void)[] = []
    const lines: unknown[] = []
    const shared = {
      ...pool,
      end: async () => {
        ended += 1
      },
      on: (_event: 'error', listener: (error: Error) => void) => listeners.push(listener),
    }
    const log: WorkflowServerOptions['log'] = (...line) => lines.push(line)
    await createWorkflowServer({ ...valid, log, database: { pool: shared } }).close()
    expect(ended).toBe(0)
    await createWorkflowServer({ ...valid, log, database: { pool: shared, endOnClose: true } }).close()
    expect(ended).toBe(1)
    for (const listener of listeners) listener(new Error('terminating connection'))
    expect(lines).toContainEqual([
      'warn',
      expect.stringContaining('database.connection_lost'),
      { reason: 'terminating connection' },
    ])
  })
})

describe('createWorker', () => {
  test('needs nothing of HTTP, and executes the runs of a server on the same database', async () => {
    const pglite = await openTestPGlite()
    const database = { pglite, endOnClose: false }
    const server = createWorkflowServer({ ...valid, database })
    await server.migrate()
    const worker = createWorker({ database, engine: embeddedEngine(), nodes: testNodes, log: () => undefined })
    await worker.migrate()
    await worker.start()
    const client = server.for(testIdentity())
    const { id } = await client.workflows.create({ name: 'Apart', document: greeting })
    await client.versions.publish(id)
    const { runId } = await client.runs.start(id, { input: { text: 'you' } })
    while ((await client.runs.get(runId)).status !== 'completed')
      await new Promise((resolve) => setTimeout(resolve, 10))
    await worker.close()
    await worker.close()
    await server.close()
    await pglite.close()
  })

  test('reports faulty options all at once', () => {
    expect(faultsOf(() => createWorker({} as never))).toEqual(['database', 'engine', 'nodes'])
    expect(faultsOf(() => createWorker({ ...valid, engine: embeddedEngine as never }))).toEqual(['engine'])
    expect(faultsOf(() => createWorker({ ...valid, queues: ['slow'] } as never))).toEqual(['queues'])
    expect(faultsOf(() => createWorker(valid))).toEqual([])
  })
})
