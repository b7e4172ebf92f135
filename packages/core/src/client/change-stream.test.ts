import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Change } from '../api/types.ts'
import { TenonError } from '../errors/tenon-error.ts'
import { createChangeStream } from './change-stream.ts'
import type { StreamSocket } from './options.ts'
import { createTenonClient } from './tenon-client.ts'

/** A socket whose server is played by the test. */
class ScriptedSocket implements StreamSocket {
  static opened: ScriptedSocket[] = []
  readonly url: string
  closedWith: number | null = null

  private readonly listeners: { type: string; hear: (event: { data: unknown; code: number }) => void }[] = []

  constructor(url: string) {
    this.url = url
    ScriptedSocket.opened.push(this)
  }

  addEventListener(type: string, hear: (event: { data: unknown; code: number }) => void): void {
    this.listeners.push({ type, hear })
  }

  close(code = 1005): void {
    this.closedWith = code
  }

  send(...frames: unknown[]): void {
    for (const frame of frames) this.emit('message', { data: JSON.stringify(frame), code: 0 })
  }

  drop(code = 1006): void {
    this.emit('close', { data: null, code })
  }

  private emit(type: string, event: { data: unknown; code: number }): void {
    for (const listener of this.listeners) if (listener.type === type) listener.hear(event)
  }
}

const READY = { kind: 'ready' } as const
const run = (id: string): Change => ({ kind: 'run', id, workflowId: 'w' })
const sse = (...frames: unknown[]) => frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')

/** An answer of server-sent events that stays open until the test ends it. */
function openAnswer(...frames: unknown[]) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
      given.enqueue(new TextEncoder().encode('retry: 1000\n\n'))
      if (frames.length > 0) given.enqueue(new TextEncoder().encode(sse(...frames)))
    },
  })
  return {
    response: new Response(body),
    send: (...more: unknown[]) => controller?.enqueue(new TextEncoder().encode(sse(...more))),
    end: () => controller?.close(),
    break: () => controller?.error(new Error('connection reset')),
  }
}

function setUp(
  options: {
    hasSocket?: boolean
    getTicket?: () => Promise<string>
    openEvents?: (abortSignal: AbortSignal) => Promise<Response>
  } = {},
) {
  const seen: Change[][] = []
  let eventRequests = 0
  const stream = createChangeStream({
    socketUrl: 'wss://app.example/changes',
    WebSocket: options.hasSocket === false ? null : ScriptedSocket,
    getTicket: options.getTicket ?? (async () => 'ticket'),
    openEvents: async (abortSignal) => {
      eventRequests += 1
      if (options.openEvents === undefined) throw new TenonError('ROUTE_NOT_FOUND', 'No')
      return options.openEvents(abortSignal)
    },
    random: () => 0,
  })
  return {
    stream,
    seen,
    eventRequests: () => eventRequests,
    subscribe: () => stream.subscribe((changes) => seen.push([...changes])),
  }
}

const socket = (index: number): ScriptedSocket => {
  const found = ScriptedSocket.opened[index]
  if (found === undefined) throw new Error(`Socket ${index} was never opened`)
  return found
}
/** Long enough for promises, imports and streams, too short for any timer of more than 1 ms. */
const flush = async () => {
  for (let turn = 0; turn < 10; turn += 1) {
    await vi.advanceTimersByTimeAsync(0)
    await vi.dynamicImportSettled()
    await new Promise((resolve) => setImmediate(resolve))
  }
  // A timer of 0 ms that is set while another one fires is due a millisecond later.
  await vi.advanceTimersByTimeAsync(1)
}

describe('client.changes', () => {
  beforeEach(() => {
    ScriptedSocket.opened = []
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  test('shares one socket among all listeners, and closes it after the last', async () => {
    const { stream } = setUp()
    const [one, two]: Change[][] = [[], []]
    const leaveOne = stream.subscribe((changes) => one?.push(...changes))
    const leaveTwo = stream.subscribe((changes) => two?.push(...changes))
    await flush()
    expect(socket(0).url).toBe('wss://app.example/changes?ticket=ticket')
    socket(0).send(READY, run('a'), run('b'))
    await flush()
    expect(one).toEqual([READY, run('a'), run('b')])
    expect(two).toEqual(one)
    leaveOne()
    leaveOne()
    socket(0).send(run('c'))
    await flush()
    expect([one?.length, two?.length]).toEqual([3, 4])
    expect(socket(0).closedWith).toBeNull()
    leaveTwo()
    expect(socket(0).closedWith).toBe(1000)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(ScriptedSocket.opened).toHaveLength(1)
  })

  test('hands over what arrives together in one call, and opens again for a later listener', async () => {
    const { subscribe, seen } = setUp()
    const leave = subscribe()
    await flush()
    socket(0).send(READY, run('a'))
    leave()
    await flush()
    expect(seen).toEqual([])
    subscribe()()
    subscribe()
    await flush()
    socket(ScriptedSocket.opened.length - 1).send(READY, run('a'))
    await flush()
    expect(seen).toEqual([[READY, run('a')]])
  })

  test('a listener that throws or leaves takes nothing from the others', async () => {
    const { stream, seen, subscribe } = setUp()
    const thrown: unknown[] = []
    vi.stubGlobal('queueMicrotask', (work: () => void) => {
      void Promise.resolve()
        .then(work)
        .catch((error: unknown) => thrown.push(error))
    })
    let leaveOther = (): void => undefined
    stream.subscribe(() => {
      leaveOther()
      throw new Error('broken page')
    })
    subscribe()
    leaveOther = stream.subscribe(() => seen.push([run('never')]))
    await flush()
    socket(0).send(READY)
    await flush()
    expect(seen).toEqual([[READY]])
    expect(thrown).toHaveLength(1)
  })

  test('connects again after a loss, later and later while nothing but the first frame arrives', async () => {
    const { subscribe, seen } = setUp()
    subscribe()
    await flush()
    for (const [index, delayMs] of [250, 500, 1_000].entries()) {
      socket(index).send(READY)
      socket(index).drop()
      await vi.advanceTimersByTimeAsync(delayMs - 1)
      expect(ScriptedSocket.opened).toHaveLength(index + 1)
      await vi.advanceTimersByTimeAsync(1)
      await flush()
      expect(ScriptedSocket.opened).toHaveLength(index + 2)
    }
    socket(3).send(READY, { kind: 'heartbeat' })
    socket(3).drop(4503)
    await vi.advanceTimersByTimeAsync(250)
    await flush()
    expect(ScriptedSocket.opened).toHaveLength(5)
    expect(seen.flat()).toEqual([READY, READY, READY, READY])
  })

  test('ignores what it does not know', async () => {
    const { subscribe, seen } = setUp()
    subscribe()
    await flush()
    socket(0).send(READY, null, 7, { kind: 'task', id: 'x' }, { kind: 'run' }, { kind: 'approval', id: 'p' })
    await flush()
    expect(seen.flat()).toEqual([READY, { kind: 'approval', id: 'p' }])
  })

  test.each<[string, (opened: ScriptedSocket) => void, number]>([
    ['is refused', (opened) => opened.drop(1006), 0],
    ['stays silent', () => undefined, 5_000],
  ])('goes on by server-sent events where the socket %s', async (_title, play, waitMs) => {
    const answer = openAnswer(READY)
    const { subscribe, seen } = setUp({ openEvents: async () => answer.response })
    const leave = subscribe()
    await flush()
    play(socket(0))
    await vi.advanceTimersByTimeAsync(waitMs)
    await flush()
    answer.send({ kind: 'of a newer server' }, run('a'))
    await flush()
    expect(seen.flat()).toEqual([READY, run('a')])
    answer.end()
    await vi.advanceTimersByTimeAsync(250)
    await flush()
    // The socket may work by now.
    expect(ScriptedSocket.opened).toHaveLength(2)
    leave()
  })

  test('goes on by server-sent events where the platform refuses the address', async () => {
    vi.stubGlobal(
      'WebSocket',
      class {
        constructor() {
          throw new DOMException('blocked by the policy of the page', 'SecurityError')
        }
      },
    )
    const client = createTenonClient({
      baseUrl: 'https://app.example',
      fetch: async (_input, init) =>
        init?.method === 'POST' ? Response.json({ ticket: 't' }) : openAnswer(READY).response,
    })
    const seen: Change[] = []
    const leave = client.changes.subscribe((changes) => seen.push(...changes))
    await flush()
    leave()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(seen).toEqual([READY])
  })

  test('uses server-sent events on a platform without WebSockets, and stops with the last listener', async () => {
    const answers = [openAnswer(READY), openAnswer(READY)]
    let canceled = false
    const { subscribe, seen, eventRequests } = setUp({
      hasSocket: false,
      openEvents: async (abortSignal) => {
        abortSignal.addEventListener('abort', () => {
          canceled = true
        })
        return answers.shift()?.response ?? new Response(null)
      },
    })
    const [first] = answers
    const leave = subscribe()
    await flush()
    first?.break()
    await vi.advanceTimersByTimeAsync(250)
    await flush()
    expect([seen.flat(), eventRequests()]).toEqual([[READY, READY], 2])
    leave()
    expect(canceled).toBe(true)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(eventRequests()).toBe(2)
  })

  test('takes server-sent events that fall silent as lost', async () => {
    const { subscribe, eventRequests } = setUp({ hasSocket: false, openEvents: async () => openAnswer(READY).response })
    const leave = subscribe()
    await flush()
    await vi.advanceTimersByTimeAsync(45_000)
    await vi.advanceTimersByTimeAsync(250)
    await flush()
    expect(eventRequests()).toBe(2)
    leave()
  })

  test.each<[string, (() => Promise<Response>) | undefined]>([
    ['does not exist', undefined],
    ['brings nothing', async () => new Response(null)],
    ['is not reachable', () => Promise.reject(new TypeError('fetch failed'))],
  ])('asks to read again every 15 s where neither works: the stream %s', async (_title, openEvents) => {
    const { subscribe, seen } = setUp({ hasSocket: false, ...(openEvents === undefined ? {} : { openEvents }) })
    const leave = subscribe()
    await flush()
    expect(seen.flat()).toEqual([READY])
    await vi.advanceTimersByTimeAsync(15_000)
    await flush()
    expect(seen.flat()).toEqual([READY, READY])
    leave()
  })

  test.each(['UNAUTHENTICATED', 'FORBIDDEN'] as const)(
    'tries %s again after a minute, without a hint',
    async (code) => {
      let tickets = 0
      const { subscribe, seen, eventRequests } = setUp({
        getTicket: async () => {
          tickets += 1
          throw new TenonError(code, 'No')
        },
      })
      const leave = subscribe()
      await flush()
      await vi.advanceTimersByTimeAsync(59_000)
      expect([tickets, eventRequests(), seen]).toEqual([1, 0, []])
      await vi.advanceTimersByTimeAsync(1_000)
      expect(tickets).toBe(2)
      leave()
    },
  )

  test('a role that was lost closes for a minute; a ticket that was too old is renewed at once', async () => {
    const { subscribe } = setUp()
    const leave = subscribe()
    await flush()
    socket(0).send(READY)
    socket(0).drop(4401)
    await vi.advanceTimersByTimeAsync(250)
    await flush()
    socket(1).drop(4403)
    await vi.advanceTimersByTimeAsync(59_000)
    await flush()
    expect(ScriptedSocket.opened).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1_000)
    await flush()
    expect(ScriptedSocket.opened).toHaveLength(3)
    leave()
  })

  test.each(['while the ticket is on its way', 'while the events are opened'])(
    'leaving %s opens nothing more',
    async (when) => {
      let release = (): void => undefined
      const wait = new Promise<void>((resolve) => {
        release = resolve
      })
      const { subscribe, seen, eventRequests } = setUp({
        hasSocket: when === 'while the ticket is on its way',
        getTicket: async () => {
          await wait
          return 'late'
        },
        openEvents: async () => {
          await wait
          return openAnswer(READY).response
        },
      })
      const leave = subscribe()
      if (when === 'while the events are opened') await flush()
      leave()
      release()
      await flush()
      await vi.advanceTimersByTimeAsync(60_000)
      expect(ScriptedSocket.opened).toHaveLength(0)
      expect(seen).toEqual([])
      expect(eventRequests()).toBe(when === 'while the ticket is on its way' ? 0 : 1)
    },
  )

  test('belongs to the client, with its addresses and its token', async () => {
    const requests: [string, string | null][] = []
    const client = createTenonClient({
      baseUrl: 'https://app.example/automation/',
      getToken: () => 'secret',
      WebSocket: ScriptedSocket,
      fetch: async (input, init) => {
        const request = new Request(input, init)
        requests.push([`${request.method} ${request.url}`, request.headers.get('authorization')])
        return request.method === 'POST' ? Response.json({ ticket: 't' }) : openAnswer(READY).response
      },
    })
    const leave = client.changes.subscribe(() => undefined)
    await flush()
    expect(socket(0).url).toBe('wss://app.example/automation/changes?ticket=t')
    socket(0).drop(1006)
    await flush()
    expect(requests).toEqual([
      ['POST https://app.example/automation/socket-tickets', 'Bearer secret'],
      ['GET https://app.example/automation/changes/events', 'Bearer secret'],
    ])
    leave()
  })
})
