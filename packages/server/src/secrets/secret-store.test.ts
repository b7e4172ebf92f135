import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Draft, SyncedDraft, Workflow } from '@tenon/core/api'
import { isSecretMarker, type SecretMarker } from '@tenon/core/document'
import { defineNode, implementNode, type KeyProvider } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { createDatabase } from '@tenon/runtime/postgres'
import { fromBase64, toBase64 } from 'lib0/buffer'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { z } from 'zod'
import { deleteUnversionedSecrets, keepForVersion } from '../tables/secret-repository.ts'
import type { ServerTables } from '../tables/server-tables.ts'
import { connect, leave, nodeOf, synced } from '../testing/kit/draft-client.ts'
import { runToEnd } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { decrypt, encrypt } from './cipher.ts'
import { createKeyring } from './keyring.ts'
import { localKeyProvider } from './local-key-provider.ts'
import { createSecretStore } from './secret-store.ts'

/** Gives the length of its secret, which is no secret. */
const measure = (params: z.ZodObject) =>
  defineNode({
    type: 'acme/measure',
    version: 1,
    title: 'Measure',
    description: 'Measures a key',
    icon: 'M4 12h16',
    category: 'action',
    params,
    ports: [{ name: 'success', title: 'Done' }],
    outputs: { success: z.object({ length: z.number() }) },
    summary: 'Measures',
    effect: 'none',
    policy: { retry: { maximumAttempts: 1 } },
  })
const run = async ({ params }: { params: Record<string, unknown> }) =>
  ({ port: 'success', output: { length: String(params.apiKey).length } }) as const
const secretive = implementNode(measure(z.object({ apiKey: z.string().min(4).meta({ secret: true }) })), run as never)
const plain = implementNode(measure(z.object({ apiKey: z.string().meta({ control: 'text' }) })), run as never)

const document = (apiKey: unknown) =>
  workflow(
    [node('start', 'start'), node('m', 'acme/measure', { apiKey: apiKey as string }), node('end', 'end')],
    ['start>m', 'm>end'],
  )

let pglite: Awaited<ReturnType<typeof openServerPGlite>>
let file: string
let server: TestServer

beforeAll(async () => {
  pglite = await openServerPGlite()
  file = join(await mkdtemp(join(tmpdir(), 'tenon-key-')), 'keys', 'secret.key')
  server = await openTestServer({
    database: { pglite },
    nodes: [...testNodes, secretive],
    keyProvider: localKeyProvider({ file }),
  })
})
afterEach(() => void vi.unstubAllEnvs())
afterAll(() => server.close())

async function withSecret(value: string, as = testIdentity()) {
  const body = { name: 'S', document: document(value) }
  const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
  const draft = await server.json<Draft>(200, `/workflows/${id}/draft`, { as })
  return { as, id, marker: draft.document.nodes[1]?.params.apiKey as unknown as SecretMarker }
}

const publishing = (id: string, as: ReturnType<typeof testIdentity>) =>
  server.call(`/workflows/${id}/versions`, { as, method: 'POST' })

describe('a secret', () => {
  test('is a marker in the document and a value in the body', async () => {
    const { as, id, marker } = await withSecret('twelve chars')
    expect(isSecretMarker(marker)).toBe(true)
    expect(marker.setBy).toBe(as.displayName)
    expect((await publishing(id, as)).status).toBe(201)
    expect(await runToEnd(server, as, id)).toMatchObject({ status: 'completed', output: { length: 12 } })
  })

  test.each(['another tenant', 'another workflow of the tenant'])('cannot be used by %s', async (who) => {
    const { as, marker } = await withSecret('twelve chars')
    const other = who === 'another tenant' ? testIdentity() : as
    const body = { name: 'Thief', document: document(marker) }
    const { id } = await server.json<Workflow>(201, '/workflows', { as: other, method: 'POST', body })
    const answer = await publishing(id, other)
    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      {
        code: 'WORKFLOW_INVALID',
        issues: [{ path: ['nodes', 'm', 'params', 'apiKey'], code: 'SECRET_NOT_FOUND', values: { param: 'apiKey' } }],
      },
    ])
  })

  test('that is too short for its param fails the node, without its value', async () => {
    // No id, which is hexadecimal, can have this text by chance.
    const { as, id } = await withSecret('xyz')
    await publishing(id, as)
    const failed = await runToEnd(server, as, id)
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'NODE_PARAMS_INVALID' } })
    expect(JSON.stringify(failed)).not.toContain('xyz')
  })

  test('is set for secret params only', async () => {
    const { as, id } = await withSecret('twelve chars')
    const set = (body: object) => server.call(`/workflows/${id}/secrets`, { as, method: 'POST', body })
    const secret = { nodeType: 'acme/measure', typeVersion: 1, param: 'apiKey', value: 'new value' }
    expect((await set(secret)).status).toBe(201)
    expect((await set({ ...secret, param: 'other' })).status).toBe(422)
    expect((await set({ ...secret, nodeType: 'set' })).status).toBe(422)
    expect((await set({ ...secret, value: '' })).status).toBe(422)
  })
})

describe('a server in production without a key provider', () => {
  test('stores everything but the values of optional secrets', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const as = testIdentity()
    const optional = measure(z.object({ apiKey: z.string().optional().meta({ secret: true }) }))
    const none: object = { keyProvider: undefined }
    const lone = await server.sibling({ nodes: [...testNodes, implementNode(optional, run as never)], ...none })
    const body = { name: 'S', document: workflow([node('start', 'start'), node('m', 'acme/measure')], ['start>m']) }
    const { id } = await lone.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    const path = `/workflows/${id}/draft`
    const patch = (value: string) => {
      const operations = [{ op: 'set_param', nodeId: 'm', path: ['apiKey'], value }]
      return lone.call(path, { as, method: 'PATCH', body: { operations } })
    }
    const secret = { nodeType: 'acme/measure', typeVersion: 1, param: 'apiKey', value: 'twelve chars' }
    const setting = await lone.call(`/workflows/${id}/secrets`, { as, method: 'POST', body: secret })
    for (const answer of [setting, await patch('twelve chars')]) {
      expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'KEY_PROVIDER_REQUIRED' }])
    }
    // The socket of the writer ends for good; the other members load the draft again.
    const host = { server: lone, url: (await lone.listen()).url }
    const other = testIdentity({ tenantId: as.tenantId })
    const [writer, reader] = [await connect(host, as, id), await connect(host, other, id)]
    await Promise.all([synced(writer), synced(reader)])
    const params = nodeOf(writer.ydoc, 'm').get('params') as Y.Map<unknown>
    params.set('apiKey', 'twelve chars')
    expect(await Promise.all([writer.closed, reader.closed])).toEqual([4422, 4503])
    leave([writer, reader])
    const draft = await lone.json<Draft>(200, path, { as })
    expect(draft.document.nodes[1]?.params).toEqual({})
    await lone.close()
  })
})

describe('secrets that nothing refers to', () => {
  const DAY_MS = 86_400_000
  const stored = (as: ReturnType<typeof testIdentity>) =>
    createDatabase<ServerTables>({ pglite }).withTenant(as.tenantId, async (tx) => {
      const rows = await tx.selectFrom('secrets').select('secret_id').execute()
      return new Set(rows.map((row) => row.secret_id))
    })
  /** Makes every secret of a tenant older than the time for which an unused one is kept. */
  const age = (as: ReturnType<typeof testIdentity>) =>
    createDatabase<ServerTables>({ pglite }).withTenant(as.tenantId, (tx) =>
      tx
        .updateTable('secrets')
        .set({ set_at: Date.now() - DAY_MS - 1_000 })
        .execute(),
    )
  const setter = (id: string, as: ReturnType<typeof testIdentity>) => (value: string) => {
    const body = { nodeType: 'acme/measure', typeVersion: 1, param: 'apiKey', value }
    return server.json<SecretMarker>(201, `/workflows/${id}/secrets`, { as, method: 'POST', body })
  }
  const user = (id: string, as: ReturnType<typeof testIdentity>) => (marker: SecretMarker) => {
    const body = { operations: [{ op: 'set_param', nodeId: 'm', path: ['apiKey'], value: marker }] }
    return server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body })
  }

  test('are deleted a day later, and those of the draft, of versions and of test runs stay', async () => {
    const { as, id, marker: published } = await withSecret('twelve chars')
    const [set, use] = [setter(id, as), user(id, as)]
    expect((await publishing(id, as)).status).toBe(201)
    const tried = await set('tried')
    await use(tried)
    await server.json(201, `/workflows/${id}/draft/runs`, { as, method: 'POST', body: { trigger: 'start', input: {} } })
    const dropped = await set('dropped')
    await use(dropped)
    const drafted = await set('drafted!')
    await use(drafted)
    await age(as)
    const fresh = await set('fresh')
    // Set while "dropped" was a day old and unused already.
    expect(await stored(as)).toEqual(new Set([published, tried, drafted, fresh].map(({ $secret }) => $secret)))

    await age(as)
    expect((await publishing(id, as)).status).toBe(201)
    expect(await stored(as)).toEqual(new Set([published, tried, drafted].map(({ $secret }) => $secret)))
    expect(await runToEnd(server, as, id)).toMatchObject({ status: 'completed', output: { length: 8 } })
    await use(published)
    expect((await publishing(id, as)).status).toBe(201)
    expect(await runToEnd(server, as, id)).toMatchObject({ status: 'completed', output: { length: 12 } })
    await use(dropped)
    const refused = await publishing(id, as)
    expect([refused.status, await refused.json()]).toMatchObject([422, { issues: [{ code: 'SECRET_NOT_FOUND' }] }])
  })

  test('are not deleted if a version has begun to use them since they were found', async () => {
    const { as, id, marker } = await withSecret('twelve chars')
    await user(id, as)(await setter(id, as)('another'))
    const ref = { tenantId: as.tenantId, workflowId: id as Workflow['id'] }
    const database = createDatabase<ServerTables>({ pglite })
    await database.withTenant(as.tenantId, async (tx) => {
      await keepForVersion(tx, ref, [marker.$secret])
      expect(await deleteUnversionedSecrets(tx, ref, [marker.$secret])).toBe(0)
    })
    expect((await stored(as)).has(marker.$secret)).toBe(true)
  })
})

describe('the quota of secrets', () => {
  test('refuses one more by every way in, stores nothing then, and is freed with the workflow', async () => {
    const own = await server.sibling({ limits: { rates: false, secretsPerTenant: 2 } })
    const as = testIdentity()
    const create = (status: number, value: string) =>
      own.json<Workflow>(status, '/workflows', { as, method: 'POST', body: { name: 'S', document: document(value) } })
    const { id } = await create(201, 'first value')
    const set = { nodeType: 'acme/measure', typeVersion: 1, param: 'apiKey', value: 'second value' }
    await own.json(201, `/workflows/${id}/secrets`, { as, method: 'POST', body: set })
    const before = await own.json<Draft>(200, `/workflows/${id}/draft`, { as })

    const full = { code: 'QUOTA_EXCEEDED', details: { limit: 2 }, retryable: false }
    expect(await own.json(409, `/workflows/${id}/secrets`, { as, method: 'POST', body: set })).toMatchObject(full)
    expect(await create(409, 'third value')).toMatchObject(full)
    const operations = [{ op: 'set_param', nodeId: 'm', path: ['apiKey'], value: 'third value' }]
    const patched = await own.json(409, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations } })
    expect(patched).toMatchObject(full)
    expect(await own.json(200, `/workflows/${id}/draft`, { as })).toEqual(before)

    await own.json(204, `/workflows/${id}`, { as, method: 'DELETE' })
    await create(201, 'third value')
    await own.close()
  })

  test('disconnects the writer of a value for good, and lets the other members load the draft again', async () => {
    const own = await server.sibling({ limits: { rates: false, secretsPerTenant: 1 } })
    const as = testIdentity()
    const body = { name: 'S', document: document('first value') }
    const { id } = await own.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    const host = { server: own, url: (await own.listen()).url }
    const other = testIdentity({ tenantId: as.tenantId })
    const [writer, reader] = [await connect(host, as, id), await connect(host, other, id)]
    await Promise.all([synced(writer), synced(reader)])
    const params = nodeOf(writer.ydoc, 'm').get('params') as Y.Map<unknown>
    params.set('apiKey', 'second value')
    expect(await Promise.all([writer.closed, reader.closed])).toEqual([4422, 4503])
    expect(Buffer.from(Y.encodeStateAsUpdate(reader.ydoc)).includes('second value')).toBe(false)
    leave([writer, reader])
    await own.close()
  })

  test('does not keep a draft of an earlier release from being read', async () => {
    const as = testIdentity()
    const earlier = await server.sibling({ nodes: [...testNodes, plain] })
    const body = { name: 'Old', document: document('in-the-clear') }
    const { id } = await earlier.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    await earlier.close()
    const own = await server.sibling({ limits: { secretsPerTenant: 0 } })
    const draft = await own.json<Draft>(200, `/workflows/${id}/draft`, { as })
    expect(isSecretMarker(draft.document.nodes[1]?.params.apiKey)).toBe(true)
    await own.close()
  })
})

describe('a draft and a version of an earlier release', () => {
  test('are masked when they are read, sealed when they are used, and run as before', async () => {
    const as = testIdentity()
    const viewer = testIdentity({ tenantId: as.tenantId, role: 'viewer' })
    const earlier = await server.sibling({ nodes: [...testNodes, plain] })
    const body = { name: 'Old', document: document('in-the-clear') }
    const { id } = await earlier.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    await earlier.json(201, `/workflows/${id}/versions`, { as, method: 'POST' })
    await earlier.close()

    const version = await (await server.call(`/workflows/${id}/versions/1`, { as })).text()
    expect(version).toContain('apiKey')
    expect(version).not.toContain('in-the-clear')
    expect(await runToEnd(server, as, id)).toMatchObject({ status: 'completed', output: { length: 12 } })

    const reader = await connect({ server, url: (await server.listen()).url }, viewer, id)
    await synced(reader)
    const params = nodeOf(reader.ydoc, 'm').get('params') as Y.Map<unknown>
    expect(isSecretMarker((params.get('apiKey') as Y.Map<unknown>).toJSON())).toBe(true)
    expect(Buffer.from(Y.encodeStateAsUpdate(reader.ydoc)).includes('in-the-clear')).toBe(false)
    leave([reader])
    const rows = await createDatabase<ServerTables>({ pglite }).withTenant(as.tenantId, async (tx) => [
      ...(await tx.selectFrom('draft_snapshots').select('bytes').execute()),
      ...(await tx.selectFrom('draft_updates').select('bytes').execute()),
    ])
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.filter(({ bytes }) => Buffer.from(bytes).includes('in-the-clear'))).toEqual([])
  })
})

describe('a draft of an earlier release over HTTP', () => {
  test('is sealed before an editor gets it', async () => {
    const as = testIdentity()
    const earlier = await server.sibling({ nodes: [...testNodes, plain] })
    const body = { name: 'Old', document: document('in-the-clear') }
    const { id } = await earlier.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    await earlier.close()

    const ydoc = new Y.Doc()
    const known = { stateVector: toBase64(Y.encodeStateVector(ydoc)) }
    const answer = await server.json<SyncedDraft>(200, `/workflows/${id}/draft/sync`, {
      as,
      method: 'POST',
      body: known,
    })
    const update = fromBase64(answer.update)
    expect(Buffer.from(update).includes('in-the-clear')).toBe(false)
    Y.applyUpdate(ydoc, update)
    const params = nodeOf(ydoc, 'm').get('params') as Y.Map<unknown>
    expect(isSecretMarker((params.get('apiKey') as Y.Map<unknown>).toJSON())).toBe(true)
  })
})

describe('the cipher', () => {
  const key = Buffer.alloc(32, 7)
  const binding = ['acme', 'wf', 'sec_1', 'acme/mail.apiKey']
  test('gives back what it took, and refuses another key, binding or byte', () => {
    const sealed = encrypt(key, 'pässwörd', binding)
    expect(decrypt(key, sealed, binding)).toBe('pässwörd')
    expect(encrypt(key, 'pässwörd', binding)).not.toEqual(sealed)
    expect(() => decrypt(Buffer.alloc(32, 8), sealed, binding)).toThrow()
    for (const index of binding.keys()) expect(() => decrypt(key, sealed, binding.with(index, 'x'))).toThrow()
    for (const at of [0, 1, 13, 29]) {
      const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte))
      expect(() => decrypt(key, changed, binding)).toThrow()
    }
    expect(() => decrypt(key, sealed.subarray(0, 20), binding)).toThrow()
  })
})

describe('localKeyProvider', () => {
  test('keeps its key in a file for the owner alone, and gives keys back to their tenant only', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const provider = localKeyProvider({ file })
    const wrapped = await provider.wrapKey(Buffer.alloc(32, 1), { tenantId: 'acme' })
    expect(await localKeyProvider({ file }).unwrapKey(wrapped, { tenantId: 'acme' })).toEqual(Buffer.alloc(32, 1))
    await expect(provider.unwrapKey(wrapped, { tenantId: 'globex' })).rejects.toThrow()
  })

  test('refuses a file that holds no key', async () => {
    const other = `${file}.other`
    await writeFile(other, 'hello', { mode: 0o600 })
    expect(() => localKeyProvider({ file: other })).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }))
  })

  test('refuses at once a file that is missing in production, and waits for one that cannot be created', async () => {
    const options = { file: `${file}.none`, create: false }
    expect(() => localKeyProvider(options)).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }))
    const directory = `${file}.broken`
    const broken = localKeyProvider({ file: join(directory, 'secret.key') })
    const wrap = () => broken.wrapKey(Buffer.alloc(32), { tenantId: 'acme' })
    await writeFile(directory, '')
    await expect(wrap()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    await rm(directory)
    expect((await wrap()).keyId).toBe('local')
  })

  test('warns of a file that other users of the machine may read', async () => {
    const open = `${file}.open`
    await writeFile(open, await readFile(file), { mode: 0o644 })
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    for (const each of [file, open]) localKeyProvider({ file: each })
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(open), { code: 'TENON_KEY_FILE_MODE' })
    warn.mockRestore()
  })
})

describe('a key provider that fails', () => {
  test('makes writing unavailable, stores nothing, and says nothing of its reason', async () => {
    const broken: KeyProvider = {
      wrapKey: () => Promise.reject(new Error('kms token s3cr3t-kms expired')),
      unwrapKey: () => Promise.reject(new Error('kms token s3cr3t-kms expired')),
    }
    const other = await server.sibling({ keyProvider: broken, log: () => undefined })
    const body = { name: 'S', document: document('twelve chars') }
    const answer = await other.call('/workflows', { as: testIdentity(), method: 'POST', body })
    const text = await answer.text()
    expect([answer.status, JSON.parse(text).code]).toEqual([503, 'UNAVAILABLE'])
    expect(text).not.toContain('s3cr3t-kms')
    await other.close()
  })

  test('is not awaited for ever', async () => {
    const silent: KeyProvider = {
      wrapKey: () => new Promise(() => undefined),
      unwrapKey: () => new Promise(() => undefined),
    }
    const database = createDatabase<ServerTables>({ pglite })
    const secrets = createSecretStore(database, createKeyring(database, silent, Date.now, { providerMs: 5 }))
    await expect(secrets.openSeal(testIdentity().tenantId)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    })
  })
})
