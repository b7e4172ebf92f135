// @vitest-environment jsdom
import { createServer } from 'node:net'
import type { Me, TenonClient } from '@tenon/core/client'
import { CLOSE_CODES, NO_TEXT_FIELDS, readDraft, writeDocument } from '@tenon/core/collab'
import type { DocumentOperation } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { node, workflow } from '@tenon/core/testing'
import { fromBase64, toBase64 } from 'lib0/buffer'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import * as Y from 'yjs'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { t } from '../../test/fixtures/render.tsx'
import { openRoom } from '../../test/fixtures/room.ts'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { createEditorSession } from '../session/session.ts'
import { connectDraft } from './connect-draft.ts'
import { createPresence } from './presence.ts'

const eventually = (check: () => void) => vi.waitFor(check, 20_000)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Checks whether the browser would ask the person before the page closes. */
function asksBeforeClosing(): boolean {
  const event = new Event('beforeunload', { cancelable: true })
  window.dispatchEvent(event)
  return event.defaultPrevented
}

type SyncBody = Parameters<TenonClient['drafts']['sync']>[1]

/** Long enough that a socket which opens is never late; test/browser/connected.test.ts waits for the default. */
const PATIENT_MS = 20_000
const IMPATIENT_MS = 50

/** A server that keeps the draft and answers requests; what listens on the port of its socket is up to the test. */
async function open(socketPatienceMs = PATIENT_MS) {
  vi.stubGlobal('WebSocket', WebSocket)
  const port = await freePort()
  const stored = new Y.Doc()
  writeDocument(stored, workflow([node('a', 'step', { text: 'hi' })], []), NO_TEXT_FIELDS)
  const { client } = createFixtureClient({ manifest: SMALL_MANIFEST })
  const requests: (SyncBody & { readonly keepalive: boolean })[] = []
  let refusal: TenonError | null = null
  let role: Me['role'] = 'editor'
  const sync: TenonClient['drafts']['sync'] = async (_workflowId, body, request) => {
    requests.push({ ...body, keepalive: request?.keepalive === true })
    if (refusal !== null) throw refusal
    if (body.update !== undefined) Y.applyUpdate(stored, fromBase64(body.update))
    return {
      update: toBase64(Y.encodeStateAsUpdate(stored, fromBase64(body.stateVector))),
      stateVector: toBase64(Y.encodeStateVector(stored)),
      saved: true,
      etag: '"1"',
    }
  }
  const own: TenonClient = {
    ...client,
    me: async () => ({ userId: 'u-ada', displayName: 'Ada Obi', role, tenantId: 'acme' }),
    workflows: { ...client.workflows, get: async () => STORED_WORKFLOW },
    drafts: { ...client.drafts, sync },
    sockets: {
      ticket: async () => ({ ticket: 'ticket', expiresAt: '2026-11-20T10:00:00.000Z' }),
      collabUrl: `ws://127.0.0.1:${port}/workflows`,
    },
  }
  const session = createEditorSession({ translate: () => t })
  session.store.setState({ manifest: createManifestIndex(SMALL_MANIFEST) })
  onTestFinished(session.start())
  const transports: string[] = []
  const errors: (TenonError | null)[] = []
  const expelled: { code: number; operations: readonly DocumentOperation[] }[] = []
  const failed: unknown[] = []
  const waiting: boolean[] = []
  const lost: { error: unknown; operations: readonly DocumentOperation[] }[] = []
  const leave = connectDraft({
    session,
    client: () => own,
    workflowId: 'wf',
    presence: createPresence(session.store),
    carried: [],
    isReadOnly: () => false,
    onFailed: (error) => failed.push(error),
    onTransport: (transport, error) => {
      transports.push(transport)
      errors.push(error)
    },
    onRebased: () => expelled.push({ code: CLOSE_CODES.rebased, operations: [] }),
    onExpelled: (code, operations) => expelled.push({ code, operations }),
    onWaiting: (isWaiting) => waiting.push(isWaiting),
    onLost: (error, operations) => lost.push({ error, operations }),
    socketPatienceMs,
  })
  onTestFinished(leave)
  return {
    session,
    stored,
    requests,
    transports,
    errors,
    expelled,
    failed,
    waiting,
    lost,
    leave,
    port,
    state: () => session.store.getState(),
    nameOnServer: () => readDraft(stored).document.nodes[0]?.name,
    rename: (name: string) => session.dispatch({ type: 'rename-node', nodeId: 'a', name }),
    refuse: (error: TenonError | null) => {
      refusal = error
    },
    setRole: (next: Me['role']) => {
      role = next
    },
  }
}

describe('a draft whose socket does not open', () => {
  test('is there by requests, is saved by them, and brings what others do', async () => {
    const editor = await open(IMPATIENT_MS)
    await eventually(() => expect(editor.state()).toMatchObject({ sync: 'saved', transport: 'http' }))
    expect(editor.state().document.nodes.map(({ id }) => id)).toEqual(['a'])
    expect(editor.transports).toEqual(['http'])
    expect(editor.errors[0]).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`:${editor.port}/`),
    })
    expect(editor.errors[0]?.remedy).toContain('attachWebSockets')
    editor.rename('Mine')
    expect(editor.state().sync).toBe('saving')
    await eventually(() => expect(editor.nameOnServer()).toBe('Mine'))
    await eventually(() => expect(editor.state().sync).toBe('saved'))
    for (const entry of editor.stored.getMap<Y.Map<unknown>>('nodes').values()) entry.set('name', 'Theirs')
    await eventually(() => expect(editor.state().document.nodes[0]?.name).toBe('Theirs'))
    expect(editor.expelled).toEqual([])
    await eventually(() => expect(editor.state().sync).toBe('saved'))
    editor.leave()
    expect([editor.waiting, editor.lost, asksBeforeClosing()]).toEqual([[], [], false])
  })

  test('goes on over the socket as soon as one opens, with nothing lost', async () => {
    const editor = await open(IMPATIENT_MS)
    await eventually(() => expect(editor.state().transport).toBe('http'))
    const room = await openRoom({ port: editor.port, stored: editor.stored })
    editor.rename('Before the socket')
    await eventually(() => expect(editor.state().transport).toBe('socket'))
    await eventually(() => expect(editor.nameOnServer()).toBe('Before the socket'))
    expect(editor.transports).toEqual(['http', 'socket'])
    const before = editor.requests.length
    editor.rename('Over the socket')
    await eventually(() => expect(editor.nameOnServer()).toBe('Over the socket'))
    expect(editor.requests.length).toBe(before)
    expect(room.taken()).toBeGreaterThan(0)
  })

  test('is saved on leaving the page, in a request that outlives it', async () => {
    const editor = await open(IMPATIENT_MS)
    await eventually(() => expect(editor.state().sync).toBe('saved'))
    editor.rename('At the last moment')
    window.dispatchEvent(new Event('pagehide'))
    await eventually(() => expect(editor.nameOnServer()).toBe('At the last moment'))
    expect(editor.requests.some(({ keepalive, update }) => keepalive && update !== undefined)).toBe(true)
  })

  test('is offline while no request is answered, and comes back', async () => {
    const editor = await open(IMPATIENT_MS)
    await eventually(() => expect(editor.state().sync).toBe('saved'))
    editor.refuse(new TenonError('UNAVAILABLE', 'no answer'))
    await eventually(() => expect(editor.state().sync).toBe('offline'))
    expect([editor.waiting, asksBeforeClosing()]).toEqual([[], false])
    const release = editor.session.input.hold(() => release())
    expect(asksBeforeClosing()).toBe(true)
    release()
    editor.rename('While offline')
    expect(editor.state().sync).toBe('unsent')
    expect([editor.waiting, asksBeforeClosing()]).toEqual([[true], true])
    editor.refuse(null)
    await eventually(() => expect(editor.state().sync).toBe('saved'))
    expect(editor.nameOnServer()).toBe('While offline')
    expect([editor.waiting, asksBeforeClosing()]).toEqual([[true, false], false])
    editor.session.input.refuse('name', { nodeId: 'a', path: ['count'], label: 'Name', text: 'Taken' })
    expect(asksBeforeClosing()).toBe(true)
    editor.session.input.accept('name')
    expect(asksBeforeClosing()).toBe(false)
  })

  test('sends what was changed offline after the editor was left, once requests are answered', async () => {
    const editor = await open(IMPATIENT_MS)
    await eventually(() => expect(editor.state().sync).toBe('saved'))
    editor.refuse(new TenonError('UNAVAILABLE', 'no answer'))
    editor.rename('Typed, then left')
    editor.leave()
    await eventually(() => expect(editor.waiting).toEqual([true]))
    expect(asksBeforeClosing()).toBe(true)
    editor.refuse(null)
    await eventually(() => expect(editor.nameOnServer()).toBe('Typed, then left'))
    await eventually(() => expect(editor.waiting).toEqual([true, false]))
    expect([editor.lost, asksBeforeClosing()]).toEqual([[], false])
    const sent = editor.requests.filter(({ update }) => update !== undefined)
    // Requests that outlive the page are limited to 64 KiB, so only the first is one.
    expect(sent.map(({ keepalive }) => keepalive)).toEqual([true, ...sent.slice(1).map(() => false)])
  })

  test('hands over what the server refuses after the editor was left', async () => {
    const editor = await open(IMPATIENT_MS)
    await eventually(() => expect(editor.state().sync).toBe('saved'))
    editor.refuse(new TenonError('FORBIDDEN', 'refused'))
    editor.rename('Too late')
    editor.leave()
    await eventually(() => expect(editor.lost).toHaveLength(1))
    expect(editor.lost[0]).toMatchObject({ error: { code: 'FORBIDDEN' }, operations: [{ nodeId: 'a' }] })
    expect(asksBeforeClosing()).toBe(false)
  })

  test.each([
    ['FORBIDDEN', CLOSE_CODES.forbidden],
    ['UNAUTHENTICATED', CLOSE_CODES.unauthenticated],
    ['WORKFLOW_NOT_FOUND', CLOSE_CODES.notFound],
    ['DRAFT_REPLACED', CLOSE_CODES.rebased],
  ] as const)('ends with %s as a socket would end, and hands over what was not stored', async (code, closeCode) => {
    const editor = await open(IMPATIENT_MS)
    await eventually(() => expect(editor.state().sync).toBe('saved'))
    editor.refuse(new TenonError(code, 'refused'))
    editor.rename('Not stored')
    await eventually(() => expect(editor.expelled).toHaveLength(1))
    expect(editor.expelled[0]?.code).toBe(closeCode)
    if (closeCode !== CLOSE_CODES.rebased) expect(editor.expelled[0]?.operations).toHaveLength(1)
    // The editor requests a deleted workflow again in this phase, until it is restored.
    const isDeleted = closeCode === CLOSE_CODES.notFound
    expect(editor.state().phase).toMatchObject(
      isDeleted ? { kind: 'failed', error: { code: 'WORKFLOW_NOT_FOUND' }, isDeleted: true } : { kind: 'ready' },
    )
  })

  test('says what is wrong when there is no draft at all', async () => {
    const editor = await open(IMPATIENT_MS)
    editor.refuse(new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id'))
    await eventually(() => expect(editor.failed).toEqual([expect.objectContaining({ code: 'WORKFLOW_NOT_FOUND' })]))
  })
})

describe('a draft whose socket is cut', () => {
  test('says that changes wait, and sends them after the editor was left', async () => {
    const editor = await open()
    const room = await openRoom({ port: editor.port, stored: editor.stored })
    await eventually(() => expect(editor.state()).toMatchObject({ sync: 'saved', transport: 'socket' }))
    editor.refuse(new TenonError('UNAVAILABLE', 'no answer'))
    room.stop()
    await eventually(() => expect(editor.state().sync).toBe('offline'))
    editor.rename('Behind a dead socket')
    expect(editor.state().sync).toBe('unsent')
    expect(asksBeforeClosing()).toBe(true)
    editor.leave()
    editor.refuse(null)
    await eventually(() => expect(editor.nameOnServer()).toBe('Behind a dead socket'))
    await eventually(() => expect(editor.waiting).toEqual([true, false]))
  })

  test('asks before the page closes when a change is not stored for seconds, though the socket is open', async () => {
    const editor = await open()
    await openRoom({ port: editor.port, stored: editor.stored })
    await eventually(() => expect(editor.state().transport).toBe('socket'))
    await eventually(() => expect(editor.state().sync).toBe('saved'))
    // The room of this test stores nothing until the test says so.
    editor.rename('Never stored')
    expect([editor.state().sync, asksBeforeClosing()]).toEqual(['saving', false])
    const later = Date.now() + 3_001
    vi.spyOn(Date, 'now').mockReturnValue(later)
    expect(asksBeforeClosing()).toBe(true)
  })
})

describe('a socket that the server closes as forbidden', () => {
  async function closeForbidden(port: number) {
    const server = new WebSocketServer({ port, host: '127.0.0.1', handleProtocols: () => 'tenon.v1' })
    server.on('connection', (socket) => socket.close(CLOSE_CODES.forbidden))
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
  }

  test('does not take the right to edit from a person who has it', async () => {
    const editor = await open()
    await closeForbidden(editor.port)
    await eventually(() =>
      expect(editor.state()).toMatchObject({ sync: 'saved', transport: 'http', isReadOnly: false }),
    )
    expect(editor.errors[0]).toMatchObject({ code: 'ORIGIN_REFUSED' })
    expect(editor.expelled).toEqual([])
    editor.rename('Still mine')
    await eventually(() => expect(editor.nameOnServer()).toBe('Still mine'))
  })

  test('ends the editing of a person who may only look now', async () => {
    const editor = await open()
    await eventually(() => expect(editor.state().role).toBe('editor'))
    editor.setRole('viewer')
    await closeForbidden(editor.port)
    await eventually(() => expect(editor.expelled[0]?.code).toBe(CLOSE_CODES.forbidden))
    expect(editor.state().isReadOnly).toBe(true)
  })
})
