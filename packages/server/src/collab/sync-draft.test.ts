import type { Draft, Identity, SyncDraft, SyncedDraft, Workflow } from '@tenon/core/api'
import { NO_TEXT_FIELDS, readDraft, writeDocument } from '@tenon/core/collab'
import type { Problem } from '@tenon/core/errors'
import { fromBase64, toBase64 } from 'lib0/buffer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { connect, leave, nameOf, nodeOf, synced, until } from '../testing/kit/draft-client.ts'
import { greeting } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
let url: string

beforeAll(async () => {
  server = await openTestServer()
  url = (await server.listen()).url
})
afterAll(() => server.close())

/** A client that knows no sockets: it keeps the state vector of the server and sends the difference from it. */
function httpClient(as: Identity, id: string, ydoc = new Y.Doc()) {
  const path = `/workflows/${id}/draft/sync`
  let remote: Uint8Array | undefined
  const bodyOf = (withUpdate: boolean): SyncDraft => ({
    stateVector: toBase64(Y.encodeStateVector(ydoc)),
    ...(withUpdate ? { update: toBase64(Y.encodeStateAsUpdate(ydoc, remote)) } : {}),
  })
  const send = <Answer>(status: number, body: SyncDraft) =>
    server.json<Answer>(status, path, { as, method: 'POST', body })
  return {
    ydoc,
    problem: (status: number, body: SyncDraft = bodyOf(true)) => send<Problem>(status, body),
    answer: (body: SyncDraft) => send<SyncedDraft>(200, body),
    async sync(withUpdate = true): Promise<SyncedDraft> {
      const answer = await send<SyncedDraft>(200, bodyOf(withUpdate))
      Y.applyUpdate(ydoc, fromBase64(answer.update))
      remote = fromBase64(answer.stateVector)
      return answer
    },
  }
}

async function newDraft() {
  const as = testIdentity()
  const body = { name: 'Synced', document: greeting }
  const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
  return { as, id, draft: () => server.json<Draft>(200, `/workflows/${id}/draft`, { as }) }
}

describe('POST /workflows/{id}/draft/sync', () => {
  test('gives the whole draft to an empty document', async () => {
    const { as, id, draft } = await newDraft()
    const client = httpClient(as, id)
    const answer = await client.sync(false)
    expect(readDraft(client.ydoc).document).toEqual((await draft()).document)
    expect(answer).toMatchObject({ saved: true, etag: (await draft()).etag })
  })

  test('stores what it is sent before it answers, and gives back what others wrote', async () => {
    const { as, id, draft } = await newDraft()
    const [one, two] = [httpClient(as, id), httpClient(testIdentity({ tenantId: as.tenantId }), id)]
    await one.sync(false)
    await two.sync(false)
    nodeOf(one.ydoc).set('name', 'By one')
    nodeOf(two.ydoc, 'end').set('name', 'By two')
    expect((await one.sync()).saved).toBe(true)
    expect(nameOf((await draft()).document)).toBe('By one')
    expect((await two.sync()).saved).toBe(true)
    await one.sync(false)
    expect(readDraft(one.ydoc).document).toEqual(readDraft(two.ydoc).document)
    expect(nameOf(readDraft(two.ydoc).document)).toBe('By one')
  })

  test('an update that is known already changes nothing', async () => {
    const { as, id, draft } = await newDraft()
    const client = httpClient(as, id)
    await client.sync(false)
    nodeOf(client.ydoc).set('name', 'Once')
    const update = toBase64(Y.encodeStateAsUpdate(client.ydoc))
    const stateVector = toBase64(Y.encodeStateVector(client.ydoc))
    const first = await client.answer({ stateVector, update })
    const second = await client.answer({ stateVector, update })
    expect(second).toEqual(first)
    expect((await draft()).etag).toBe(first.etag)
  })

  test('an update that depends on one that never came is answered with what the server has', async () => {
    const { as, id, draft } = await newDraft()
    const client = httpClient(as, id)
    const { stateVector: remote } = await client.sync(false)
    nodeOf(client.ydoc).set('name', 'Lost')
    const between = Y.encodeStateVector(client.ydoc)
    nodeOf(client.ydoc).set('name', 'Found')
    const stateVector = toBase64(Y.encodeStateVector(client.ydoc))
    const gap = await client.answer({
      stateVector,
      update: toBase64(Y.encodeStateAsUpdate(client.ydoc, between)),
    })
    expect(gap).toMatchObject({ saved: false, stateVector: remote })
    const whole = toBase64(Y.encodeStateAsUpdate(client.ydoc, fromBase64(gap.stateVector)))
    expect((await client.answer({ stateVector, update: whole })).saved).toBe(true)
    expect(nameOf((await draft()).document)).toBe('Found')
  })

  test('reaches those on a socket, in this process and in others, and receives what they write', async () => {
    const { as, id } = await newDraft()
    const colleague = await connect({ server, url }, testIdentity({ tenantId: as.tenantId }), id)
    await synced(colleague)
    const client = httpClient(as, id)
    await client.sync(false)
    nodeOf(client.ydoc).set('name', 'Over HTTP')
    await client.sync()
    await until(colleague.ydoc, (document) => nameOf(document) === 'Over HTTP')
    const own = await connect({ server, url }, as, id)
    await synced(own)
    nodeOf(own.ydoc).set('name', 'Over a socket')
    await until(colleague.ydoc, (document) => nameOf(document) === 'Over a socket')
    await client.sync(false)
    expect(nameOf(readDraft(client.ydoc).document)).toBe('Over a socket')
    leave([colleague, own])
  })

  test('a viewer reads, and is refused a change', async () => {
    const { as, id, draft } = await newDraft()
    const viewer = httpClient(testIdentity({ tenantId: as.tenantId, role: 'viewer' }), id)
    expect((await viewer.sync()).saved).toBe(true)
    nodeOf(viewer.ydoc).set('name', 'By a viewer')
    expect((await viewer.problem(403)).code).toBe('FORBIDDEN')
    expect(nameOf((await draft()).document)).toBe('greet')
  })

  test("another user's client id is refused", async () => {
    const { as, id, draft } = await newDraft()
    const client = httpClient(as, id)
    await client.sync(false)
    nodeOf(client.ydoc).set('name', 'Mine')
    await client.sync()
    const mallory = httpClient(testIdentity({ tenantId: as.tenantId }), id)
    await mallory.sync(false)
    mallory.ydoc.clientID = client.ydoc.clientID
    nodeOf(mallory.ydoc).set('name', 'Forged')
    expect((await mallory.problem(422)).code).toBe('COLLAB_FRAME_INVALID')
    expect(nameOf((await draft()).document)).toBe('Mine')
  })

  test.each<[string, (ydoc: Y.Doc) => SyncDraft]>([
    ['a state vector that is noise', () => ({ stateVector: toBase64(new Uint8Array([255, 255, 255, 255, 255])) })],
    ['an update that is noise', () => ({ stateVector: 'AA==', update: toBase64(new Uint8Array([1, 255, 255, 15])) })],
    [
      'a root that is not for clients',
      (ydoc) => {
        ydoc.getMap('meta').set('genesis', 1)
        return { stateVector: 'AA==', update: toBase64(Y.encodeStateAsUpdate(ydoc)) }
      },
    ],
    ['text that is not base64', () => ({ stateVector: 'a-b_' })],
  ])('%s is refused', async (_title, bodyOf) => {
    const { as, id, draft } = await newDraft()
    const before = await draft()
    const client = httpClient(as, id)
    await client.sync(false)
    const { code } = await client.problem(422, bodyOf(client.ydoc))
    expect(['COLLAB_FRAME_INVALID', 'REQUEST_INVALID']).toContain(code)
    expect(await draft()).toEqual(before)
  })

  test('an update beyond the limit of one is refused before it is read', async () => {
    const { as, id } = await newDraft()
    const update = toBase64(new Uint8Array(1_048_579))
    const problem = await httpClient(as, id).problem(422, { stateVector: 'AA==', update })
    expect(problem.issues?.[0]?.path).toEqual(['update'])
  })

  test('a copy of an earlier draft is rejected', async () => {
    const { as, id } = await newDraft()
    const stray = new Y.Doc()
    writeDocument(stray, greeting, NO_TEXT_FIELDS)
    expect((await httpClient(as, id, stray).problem(409)).code).toBe('DRAFT_REPLACED')
  })

  test('stays readable over many more updates than a snapshot spans', async () => {
    const { as, id, draft } = await newDraft()
    const client = httpClient(as, id)
    await client.sync(false)
    for (let index = 0; index < 104; index += 1) {
      nodeOf(client.ydoc).set('name', `Name ${index}`)
      await client.sync()
    }
    expect(nameOf((await draft()).document)).toBe('Name 103')
    expect((await draft()).etag).toBe('"105"')
  })
})
