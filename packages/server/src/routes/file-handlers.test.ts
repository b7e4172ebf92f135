import type { FileInfo, FileLink, Run, StartedRun } from '@tenon/core/api'
import { FILE_SCHEMA } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRange } from '../files/content-response.ts'
import { plainKeys } from '../testing/kit/plain-keys.ts'
import { publish, runToEnd } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>
beforeAll(async () => {
  pglite = await openServerPGlite()
  server = await openTestServer({
    database: { pglite },
    keyProvider: plainKeys,
    files: { limitsOf: () => ({ maxBytes: 1_000_000 }) },
  })
})
afterAll(() => server.close())

type As = ReturnType<typeof testIdentity>
const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
)
const BYTES = { 'content-type': 'application/octet-stream' }

const upload = (as: As, content: string | Uint8Array, query: string, status = 201) =>
  server.json<FileInfo & Problem>(status, `/files?${query}`, { as, method: 'POST', body: content, headers: BYTES })

/** start > end, with a field of the type file. */
const TAKES_FILE = workflow(
  [
    node('start', 'start', {
      inputSchema: { type: 'object', properties: { invoice: FILE_SCHEMA }, required: ['invoice'] },
    }),
    node('end', 'end', { output: { size: '{{input.invoice.size}}', invoice: '{{input.invoice}}' } }),
  ],
  ['start>end'],
)

describe('an upload', () => {
  test('is described, downloaded, downloaded in part, and shown only if that is safe', async () => {
    const as = testIdentity()
    const picture = await upload(as, PNG, `name=${encodeURIComponent('Grün "1".png')}&type=image/png`)
    expect(picture).toMatchObject({ ref: { name: 'Grün "1".png', type: 'image/png', size: PNG.length } })
    expect(picture.createdBy).toEqual({ userId: as.userId, displayName: as.displayName })
    const path = `/files/${picture.ref.file}`
    expect(await server.json<FileInfo>(200, path, { as })).toEqual(picture)
    const whole = await server.call(`${path}/content`, { as })
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(PNG)
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(PNG.length),
      'content-disposition': `attachment; filename="Gr_n _1_.png"; filename*=UTF-8''Gr%C3%BCn%20%221%22.png`,
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    const part = await server.call(`${path}/content?inline=true`, { as, headers: { range: 'bytes=1-3' } })
    expect(part.status).toBe(206)
    expect(await part.text()).toBe('PNG')
    expect(part.headers.get('content-range')).toBe(`bytes 1-3/${PNG.length}`)
    expect(part.headers.get('content-disposition')).toMatch(/^inline/)
    const other = await server.call(`${path}/content`, { as, headers: { range: 'bytes=1-3', 'if-range': '"old"' } })
    expect(other.status).toBe(200)
    const beyond = await server.call(`${path}/content`, { as, headers: { range: 'bytes=999-' } })
    expect(beyond.status).toBe(416)
    expect(beyond.headers.get('content-range')).toBe(`bytes */${PNG.length}`)
    const page = await upload(as, '<script>alert(1)</script>', 'name=a.html&type=text/html')
    const shown = await server.call(`/files/${page.ref.file}/content?inline=true`, { as })
    expect(shown.headers.get('content-disposition')).toMatch(/^attachment/)
  })

  test('is refused by its type, size and name, and by what a page of another origin could send', async () => {
    const as = testIdentity()
    expect(await upload(as, 'no picture', 'name=a.png&type=image/png', 422)).toMatchObject({
      code: 'FILE_TYPE_MISMATCH',
      detail: 'The content is not image/png',
    })
    expect(await upload(as, PNG, 'name=a.pdf&type=application/pdf', 422)).toMatchObject({
      code: 'FILE_TYPE_MISMATCH',
      details: { found: 'image/png' },
    })
    expect(await upload(as, new Uint8Array(1_000_001), 'name=a', 413)).toMatchObject({ code: 'FILE_TOO_LARGE' })
    for (const query of ['', 'name=', 'name=..', 'name=a%2Fb', 'name=a%00', 'name=a&type=x']) {
      expect(await upload(as, 'x', query, 422)).toMatchObject({ code: 'REQUEST_INVALID' })
    }
    for (const headers of [{ 'content-type': 'text/plain' }, { ...BYTES, 'content-encoding': 'gzip' }]) {
      const request = { as, method: 'POST', body: 'x', headers }
      expect(await server.json(415, '/files?name=a', request)).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' })
    }
    const viewer = testIdentity({ tenantId: as.tenantId, role: 'viewer' })
    expect(await upload(viewer, 'x', 'name=a', 403)).toMatchObject({ code: 'FORBIDDEN' })
  })

  test('gets the type of its content if none is stated', async () => {
    const as = testIdentity()
    expect((await upload(as, PNG, 'name=a')).ref.type).toBe('image/png')
    expect((await upload(as, '', 'name=a')).ref).toMatchObject({ type: 'application/octet-stream', size: 0 })
  })
})

describe('a link', () => {
  test('downloads without signing in until it expires, and cannot be changed', async () => {
    const as = testIdentity()
    const { ref } = await upload(as, 'a,b', 'name=a.csv&type=text/csv')
    const linkFor = (body?: object) =>
      server.json<FileLink>(200, `/files/${ref.file}/link`, { as, method: 'POST', ...(body && { body }) })
    const { url, expiresAt } = await linkFor()
    const { rows } = await pglite.query(
      `select resource, details::json->>'expiresAt' as until from tenon.audit_log where action = 'file.link'`,
    )
    expect(rows).toEqual([{ resource: ref.file, until: expiresAt }])
    const path = url.slice(url.indexOf('/file-content/'))
    expect(await (await server.call(path)).text()).toBe('a,b')
    expect(await server.json(404, `${path.slice(0, -2)}xx`)).toMatchObject({ code: 'FILE_LINK_INVALID' })
    const short = await linkFor({ expiresInMs: 1_000 })
    await expect
      .poll(async () => (await server.call(short.url.slice(short.url.indexOf('/file-content/')))).status, {
        timeout: 5_000,
      })
      .toBe(404)
    await server.json(204, `/files/${ref.file}`, { as, method: 'DELETE' })
    expect(await server.json(404, path)).toMatchObject({ code: 'FILE_NOT_FOUND' })
  })
})

describe('a run with a file', () => {
  test('keeps it, and lets it go with itself', async () => {
    const as = testIdentity({ role: 'admin' })
    const workflowId = await publish(server, as, TAKES_FILE)
    const { ref } = await upload(as, 'a,b', 'name=a.csv&type=text/csv')
    const run = await runToEnd(server, as, workflowId, { invoice: ref })
    expect(run).toMatchObject({ status: 'completed', output: { size: 3, invoice: ref } })
    expect(await server.json(409, `/files/${ref.file}`, { as, method: 'DELETE' })).toMatchObject({
      code: 'FILE_IN_USE',
    })
    await server.json(204, `/runs/${run.runId}`, { as, method: 'DELETE' })
    // A minute after the start, for which it is held.
    await pglite.query('update tenon.files set unused_since = unused_since - 60000 where file_id = $1', [ref.file])
    await expect.poll(async () => (await server.call(`/files/${ref.file}`, { as, method: 'DELETE' })).status).toBe(204)
  })

  test('is refused with a file that the tenant does not have, or has otherwise', async () => {
    const as = testIdentity()
    const stranger = testIdentity()
    const workflowId = await publish(server, as, TAKES_FILE)
    const { ref } = await upload(stranger, 'a,b', 'name=a.csv&type=text/csv')
    const own = (await upload(as, 'a,b', 'name=a.csv&type=text/csv')).ref
    const start = (status: number, invoice: unknown) =>
      server.json<StartedRun & Problem>(status, `/workflows/${workflowId}/runs`, {
        ...{ as, method: 'POST', body: { input: { invoice } } },
      })
    for (const invoice of [ref, { ...own, size: 1 }, { ...own, type: 'image/png' }]) {
      expect(await start(422, invoice)).toMatchObject({
        code: 'RUN_INPUT_INVALID',
        issues: [{ path: ['input', 'invoice'], code: 'file' }],
      })
    }
    expect(await start(422, 'a.csv')).toMatchObject({ code: 'RUN_INPUT_INVALID' })
    const { runId } = await start(201, own)
    expect((await server.json<Run>(200, `/runs/${runId}`, { as })).runId).toBe(runId)
  })
})

test.each([
  ['bytes=0-0', { start: 0, end: 1 }],
  ['bytes=4-', { start: 4, end: 10 }],
  ['bytes=-3', { start: 7, end: 10 }],
  ['bytes=-99', { start: 0, end: 10 }],
  ['bytes=5-99', { start: 5, end: 10 }],
  ['bytes=5-4', null],
  ['bytes=0-1,3-4', null],
  ['bytes=-', null],
  ['lines=1-2', null],
])('readRange: %s', (header, expected) => {
  expect(readRange(header, 10)).toEqual(expected)
})

test.each(['bytes=10-', 'bytes=-0'])('readRange refuses %s of 10 bytes', (header) => {
  expect(() => readRange(header, 10)).toThrow(expect.objectContaining({ code: 'FILE_RANGE_INVALID' }))
})
