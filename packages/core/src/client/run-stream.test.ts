import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TenonError } from '../errors/tenon-error.ts'
import { emptyRunView } from '../run/empty-view.ts'
import type { RunEventFrame } from '../run/events.ts'
import { backoffMs } from './backoff.ts'
import type { RunStreamOptions, StreamSocket, StreamState } from './options.ts'
import { followRun } from './run-stream.ts'

/** A socket that a test plays the server of. */
class ScriptedSocket implements StreamSocket {
  static opened: ScriptedSocket[] = []
  readonly url: string
  readonly protocol: string
  closedWith: number | null = null

  private readonly listeners: { type: string; hear: (event: { data: unknown; code: number }) => void }[] = []

  constructor(url: string, protocol: string) {
    this.url = url
    this.protocol = protocol
    ScriptedSocket.opened.push(this)
  }

  addEventListener(type: string, hear: (event: { data: unknown; code: number }) => void): void {
    this.listeners.push({ type, hear })
  }

  close(code = 1005): void {
    this.closedWith = code
  }

  send(...seqs: number[]): void {
    for (const seq of seqs) this.sendText(JSON.stringify(frame(seq)))
  }

  sendText(data: unknown): void {
    this.emit('message', { data, code: 0 })
  }

  drop(code = 1006): void {
    this.emit('close', { data: null, code })
  }

  private emit(type: string, event: { data: unknown; code: number }): void {
    for (const listener of this.listeners) if (listener.type === type) listener.hear(event)
  }

  get query(): URLSearchParams {
    return new URL(this.url).searchParams
  }
}

function frame(seq: number, type = 'node_log') {
  return { seq, type, at: 0, data: {} }
}

function follow(
  after?: number,
  fail: Error | null = null,
  onView?: RunStreamOptions['onView'],
  onReading?: RunStreamOptions['onReading'],
) {
  const seen: number[] = []
  const batches: number[] = []
  const states: StreamState[] = []
  const errors: (TenonError | undefined)[] = []
  let tickets = 0
  const behavior = { fail }
  const stop = followRun(
    {
      url: 'wss://app.example/runs/r/logs',
      WebSocket: ScriptedSocket,
      getTicket: async () => {
        tickets += 1
        if (behavior.fail !== null) throw behavior.fail
        return `ticket-${tickets}`
      },
      random: () => 0,
    },
    {
      ...(after === undefined ? {} : { after }),
      ...(onView === undefined ? {} : { onView }),
      ...(onReading === undefined ? {} : { onReading }),
      onEvents: (frames: readonly RunEventFrame[]) => {
        batches.push(frames.length)
        seen.push(...frames.map((one) => one.seq))
      },
      onState: (state, error) => {
        states.push(state)
        errors.push(error)
      },
    },
  )
  return { seen, batches, states, errors, stop, behavior }
}

const socket = (index: number): ScriptedSocket => {
  const found = ScriptedSocket.opened[index]
  if (found === undefined) throw new Error(`Socket ${index} was never opened`)
  return found
}
const flush = () => vi.advanceTimersByTimeAsync(0)

describe('followRun', () => {
  beforeEach(() => {
    ScriptedSocket.opened = []
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('hands frames over in order, several at once, and ends with the run', async () => {
    const run = follow()
    await flush()
    expect(socket(0).protocol).toBe('tenon.v1')
    expect(socket(0).query.get('ticket')).toBe('ticket-1')
    expect(socket(0).query.get('after')).toBe('0')
    socket(0).send(1, 2)
    socket(0).sendText(JSON.stringify(frame(3, 'run_completed')))
    await flush()
    expect(run.seen).toEqual([1, 2, 3])
    expect(run.batches).toEqual([3])
    socket(0).drop(1000)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(run.states).toEqual(['connecting', 'live', 'closed'])
    expect(ScriptedSocket.opened).toHaveLength(1)
  })

  test('takes the view of a long log in place of its beginning, once', async () => {
    const views: number[] = []
    const readings: (readonly [number, number])[] = []
    const run = follow(
      undefined,
      null,
      ({ head }) => void views.push(head.seq),
      (read, total) => void readings.push([read, total]),
    )
    await flush()
    expect(socket(0).query.get('view')).toBe('true')
    const view = { head: { ...emptyRunView(), seq: 900 }, parts: [] }
    const reading = (read: number) => socket(0).sendText(JSON.stringify({ seq: 0, type: 'reading', read, total: 900 }))
    reading(300)
    reading(600)
    socket(0).sendText(JSON.stringify({ seq: 900, type: 'view', view }))
    socket(0).sendText(JSON.stringify({ seq: 900, type: 'view', view }))
    reading(700)
    socket(0).send(901)
    socket(0).drop()
    await vi.advanceTimersByTimeAsync(250)
    expect([views, run.seen]).toEqual([[900], [901]])
    expect(readings).toEqual([
      [300, 900],
      [600, 900],
    ])
    expect([socket(1).query.get('after'), socket(1).query.get('view')]).toEqual(['901', null])
    run.stop()
  })

  test('ends with a view of a run that is over, and asks for none without a listener', async () => {
    const run = follow(undefined, null, () => undefined)
    await flush()
    const view = { head: { ...emptyRunView(), seq: 900, status: 'completed' }, parts: [] }
    socket(0).sendText(JSON.stringify({ seq: 900, type: 'view', view }))
    socket(0).drop(1000)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(run.states).toEqual(['connecting', 'live', 'closed'])
    follow()
    await flush()
    expect(socket(1).query.get('view')).toBeNull()
    socket(1).sendText(JSON.stringify({ seq: 900, type: 'view', view }))
    socket(1).send(901)
    await flush()
  })

  test('goes on after the last seq with a fresh ticket when the connection is lost', async () => {
    const run = follow()
    await flush()
    socket(0).send(1, 2)
    socket(0).drop()
    await vi.advanceTimersByTimeAsync(250)
    expect(socket(1).query.get('after')).toBe('2')
    expect(socket(1).query.get('ticket')).toBe('ticket-2')
    socket(1).send(2, 3)
    await flush()
    expect(run.seen).toEqual([1, 2, 3])
    expect(run.states).toEqual(['connecting', 'live', 'retrying', 'live'])
  })

  test('a close with 1000 before the end of the run is no end', async () => {
    follow()
    await flush()
    socket(0).send(1)
    socket(0).drop(1000)
    await vi.advanceTimersByTimeAsync(250)
    expect(ScriptedSocket.opened).toHaveLength(2)
  })

  test('a gap drops the connection and asks again', async () => {
    const run = follow()
    await flush()
    socket(0).send(1, 3)
    await vi.advanceTimersByTimeAsync(250)
    expect(socket(0).closedWith).toBe(1000)
    expect(run.seen).toEqual([1])
    expect(socket(1).query.get('after')).toBe('1')
    socket(0).send(4)
    socket(1).send(2, 3)
    await flush()
    expect(run.seen).toEqual([1, 2, 3])
  })

  test('waits longer after each failure, and starts over after a success', async () => {
    follow()
    await flush()
    socket(0).drop()
    await vi.advanceTimersByTimeAsync(250)
    socket(1).drop()
    await vi.advanceTimersByTimeAsync(499)
    expect(ScriptedSocket.opened).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(ScriptedSocket.opened).toHaveLength(3)
    socket(2).send(1)
    socket(2).drop()
    await vi.advanceTimersByTimeAsync(250)
    expect(ScriptedSocket.opened).toHaveLength(4)
  })

  test('a used ticket (4401) brings a new one', async () => {
    const run = follow(7)
    await flush()
    socket(0).drop(4401)
    await vi.advanceTimersByTimeAsync(250)
    expect(socket(1).query.get('ticket')).toBe('ticket-2')
    expect(socket(1).query.get('after')).toBe('7')
    expect(run.states).not.toContain('closed')
  })

  test.each([
    [4403, 'FORBIDDEN'],
    [4404, 'RUN_NOT_FOUND'],
    [4422, 'REQUEST_INVALID'],
  ])('%i is final and says why', async (code, error) => {
    const run = follow()
    await flush()
    socket(0).drop(code)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(run.states).toEqual(['connecting', 'closed'])
    expect(run.errors.at(-1)?.code).toBe(error)
    expect(ScriptedSocket.opened).toHaveLength(1)
  })

  test('a refused ticket is final, an unreachable server is not', async () => {
    const run = follow(0, new TenonError('UNAVAILABLE', 'down'))
    await flush()
    expect(run.states).toEqual(['connecting', 'retrying'])
    run.behavior.fail = new TenonError('UNAUTHENTICATED', 'signed out')
    await vi.advanceTimersByTimeAsync(250)
    expect(run.states).toEqual(['connecting', 'retrying', 'closed'])
    expect(run.errors.at(-1)?.code).toBe('UNAUTHENTICATED')
  })

  test('an address that the platform refuses ends the stream and says why', async () => {
    const refusal = new SyntaxError('The URL is invalid')
    class RefusingSocket extends ScriptedSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol)
        throw refusal
      }
    }
    const states: StreamState[] = []
    const errors: (TenonError | undefined)[] = []
    followRun(
      { url: 'wss://app.example/runs/r/logs', WebSocket: RefusingSocket, getTicket: async () => 't' },
      {
        onEvents: () => undefined,
        onState: (state, error) => {
          states.push(state)
          errors.push(error)
        },
      },
    )
    await flush()
    expect(states).toEqual(['connecting', 'closed'])
    expect(errors.at(-1)).toMatchObject({ code: 'UNAVAILABLE', cause: refusal })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a silent connection counts as dead, a heartbeat keeps it', async () => {
    follow()
    await flush()
    await vi.advanceTimersByTimeAsync(44_000)
    socket(0).sendText('{"type":"heartbeat","seq":0}')
    await vi.advanceTimersByTimeAsync(44_000)
    expect(ScriptedSocket.opened).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1_250)
    expect(socket(0).closedWith).toBe(1000)
    expect(ScriptedSocket.opened).toHaveLength(2)
  })

  test.each(['garbage', '[]', '{"seq":"1"}', new ArrayBuffer(2), 'null'])('%s is passed over', async (data) => {
    const run = follow()
    await flush()
    socket(0).sendText(data)
    socket(0).send(1)
    await flush()
    expect(run.seen).toEqual([1])
  })

  test('stop closes the socket, drops what is pending, and is idempotent', async () => {
    const run = follow()
    await flush()
    socket(0).send(1)
    run.stop()
    run.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(socket(0).closedWith).toBe(1000)
    expect(run.seen).toEqual([])
    expect(run.states).toEqual(['connecting', 'live', 'closed'])
    expect(ScriptedSocket.opened).toHaveLength(1)
  })

  test('a listener that stops while it listens hears no more', async () => {
    const heard: string[] = []
    const deps = { url: 'wss://app.example/runs/r/logs', WebSocket: ScriptedSocket, getTicket: async () => 't' }
    const atEvents = followRun(deps, {
      onEvents: () => {
        heard.push('events')
        atEvents()
      },
    })
    await flush()
    socket(0).send(1)
    socket(0).drop()
    const atState = followRun(deps, {
      onEvents: () => heard.push('more'),
      onState: (state) => {
        if (state === 'live') atState()
      },
    })
    await flush()
    socket(1).send(2)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(heard).toEqual(['events'])
    expect(ScriptedSocket.opened).toHaveLength(2)
  })

  test('a socket that was given up is not heard, and neither is what is no text', async () => {
    const run = follow()
    await flush()
    socket(0).sendText(new ArrayBuffer(8))
    socket(0).sendText('null')
    socket(0).sendText('{"seq":"1"}')
    socket(0).send(3)
    socket(0).send(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(run.seen).toEqual([])
    socket(1).send(1)
    socket(0).drop(4403)
    await flush()
    expect(run.seen).toEqual([1])
    expect(run.states.at(-1)).toBe('live')
  })

  test('stop before the ticket is refused says nothing of it', async () => {
    const run = follow(undefined, new TenonError('FORBIDDEN', 'No'))
    run.stop()
    await flush()
    expect(run.states).toEqual(['connecting', 'closed'])
    expect(run.errors).toEqual([undefined, undefined])
  })

  test('stop while the ticket is on its way takes the request back', async () => {
    let request: AbortSignal | undefined
    const stop = followRun(
      {
        url: 'wss://app.example/runs/r/logs',
        WebSocket: ScriptedSocket,
        getTicket: (abortSignal) => {
          request = abortSignal
          return new Promise((_resolve, reject) => {
            abortSignal.addEventListener('abort', () => reject(abortSignal.reason))
          })
        },
      },
      { onEvents: () => undefined },
    )
    expect(request?.aborted).toBe(false)
    stop()
    expect(request?.aborted).toBe(true)
    await flush()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a listener that stops when it hears of a retry is not connected again', async () => {
    const states: StreamState[] = []
    const stop = followRun(
      { url: 'wss://app.example/runs/r/logs', WebSocket: ScriptedSocket, getTicket: async () => 't' },
      {
        onEvents: () => undefined,
        onState: (state) => {
          states.push(state)
          if (state === 'retrying') stop()
        },
      },
    )
    await flush()
    socket(0).drop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(states).toEqual(['connecting', 'retrying', 'closed'])
    expect(ScriptedSocket.opened).toHaveLength(1)
  })

  test('stop while the ticket is on its way opens no socket', async () => {
    const run = follow()
    run.stop()
    await flush()
    expect(ScriptedSocket.opened).toHaveLength(0)
  })
})

describe('backoffMs', () => {
  test('doubles up to 15 s and never falls below half', () => {
    expect([1, 2, 3, 7, 100].map((tries) => backoffMs(tries, 0))).toEqual([250, 500, 1_000, 15_000, 15_000])
    expect(backoffMs(1, 0.999)).toBe(125)
  })
})

/** Server-sent events that a test writes. */
class ScriptedEvents {
  static opened: ScriptedEvents[] = []
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null
  private readonly encoder = new TextEncoder()

  constructor(
    readonly after: number,
    readonly abortSignal: AbortSignal,
  ) {
    ScriptedEvents.opened.push(this)
  }

  response(): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.controller = controller
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }

  send(...frames: object[]): void {
    const text = frames.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')
    this.controller?.enqueue(this.encoder.encode(text))
  }

  end(): void {
    this.controller?.close()
  }
}

type Answer = (events: ScriptedEvents) => Response

function followBoth({ after = 0, answer = (events) => events.response() }: { after?: number; answer?: Answer } = {}) {
  const seen: number[] = []
  const states: string[] = []
  const behavior = { answer }
  const stop = followRun(
    {
      url: 'wss://app.example/runs/r/logs',
      WebSocket: ScriptedSocket,
      getTicket: async () => 'ticket',
      openEvents: async (query, abortSignal) =>
        behavior.answer(new ScriptedEvents(Number(query['after']), abortSignal)),
      random: () => 0,
    },
    {
      after,
      onEvents: (frames) => seen.push(...frames.map((one) => one.seq)),
      onState: (state, error) => states.push(error === undefined ? state : `${state} ${error.code}`),
    },
  )
  return { seen, states, stop, behavior }
}

const events = (index: number): ScriptedEvents => {
  const found = ScriptedEvents.opened[index]
  if (found === undefined) throw new Error(`Stream ${index} was never opened`)
  return found
}
// Streams go through several promises for each chunk, and the parser is loaded on use.
const flushStream = async () => {
  for (let turn = 0; turn < 50; turn += 1) await vi.advanceTimersByTimeAsync(0)
}
const unreachable = (): never => {
  throw new TenonError('UNAVAILABLE', 'no answer')
}

describe('a run whose socket does not open', () => {
  beforeEach(async () => {
    await import('eventsource-parser')
    ScriptedSocket.opened = []
    ScriptedEvents.opened = []
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('comes by server-sent events, to its end', async () => {
    const run = followBoth()
    await flush()
    socket(0).drop(1006)
    await flushStream()
    expect(events(0).after).toBe(0)
    expect(run.states).toEqual(['connecting', 'live'])
    events(0).send(frame(1), frame(2))
    await flushStream()
    await vi.advanceTimersByTimeAsync(50)
    expect(run.seen).toEqual([1, 2])
    events(0).send(frame(3, 'run_completed'))
    events(0).end()
    await flushStream()
    expect(run.seen).toEqual([1, 2, 3])
    expect(run.states).toEqual(['connecting', 'live', 'closed'])
  })

  test('does not wait for a socket that hangs', async () => {
    const run = followBoth()
    await vi.advanceTimersByTimeAsync(5_000)
    await flushStream()
    expect(socket(0).closedWith).toBe(1000)
    expect(events(0).after).toBe(0)
    run.stop()
    expect(events(0).abortSignal.aborted).toBe(true)
    expect(run.states.at(-1)).toBe('closed')
  })

  test('goes on with events after a break, without asking for a socket again', async () => {
    const run = followBoth()
    await flush()
    socket(0).drop(1006)
    await flushStream()
    events(0).send(frame(1))
    await flushStream()
    events(0).end()
    await flushStream()
    await vi.advanceTimersByTimeAsync(250)
    await flushStream()
    expect(events(1).after).toBe(1)
    expect(ScriptedSocket.opened).toHaveLength(1)
    // A gap: the next stream brings what is missing.
    events(1).send(frame(3))
    await flushStream()
    expect(events(1).abortSignal.aborted).toBe(true)
    await vi.advanceTimersByTimeAsync(500)
    await flushStream()
    expect(events(2).after).toBe(1)
    run.stop()
  })

  test('tries the socket again when events do not come either', async () => {
    const run = followBoth({ answer: unreachable })
    await flush()
    socket(0).drop(1006)
    await flushStream()
    expect(run.states).toEqual(['connecting', 'retrying'])
    await vi.advanceTimersByTimeAsync(250)
    await flushStream()
    socket(1).send(1)
    await flush()
    expect(run.states.at(-1)).toBe('live')
    run.stop()
  })

  test('ends when the server says that nothing more comes, or that there is no such run', async () => {
    const over = followBoth({ after: 7, answer: () => new Response(null, { status: 204 }) })
    await flush()
    socket(0).drop(1006)
    await flushStream()
    expect(over.states.at(-1)).toBe('closed')
    const gone = followBoth({
      answer: () => {
        throw new TenonError('RUN_NOT_FOUND', 'No run has this id')
      },
    })
    await flush()
    socket(1).drop(1006)
    await flushStream()
    expect(gone.states.at(-1)).toBe('closed RUN_NOT_FOUND')
  })

  test('takes a close with a reason of the server as before', async () => {
    const run = followBoth()
    await flush()
    socket(0).drop(4403)
    await flushStream()
    expect(run.states.at(-1)).toBe('closed FORBIDDEN')
    expect(ScriptedEvents.opened).toHaveLength(0)
  })

  test('stays with a socket that has brought something', async () => {
    const run = followBoth()
    await flush()
    socket(0).send(1)
    await vi.advanceTimersByTimeAsync(10_000)
    socket(0).drop(1006)
    await vi.advanceTimersByTimeAsync(250)
    expect(ScriptedSocket.opened).toHaveLength(2)
    expect(ScriptedEvents.opened).toHaveLength(0)
    run.stop()
  })

  test('says nothing more once it was stopped', async () => {
    let fail = (_error: unknown): void => undefined
    const run = followBoth()
    run.behavior.answer = () => {
      throw new Error('not reached')
    }
    const held = followRun(
      {
        url: 'wss://app.example/runs/r/logs',
        WebSocket: ScriptedSocket,
        getTicket: async () => 'ticket',
        openEvents: () =>
          new Promise((_resolve, reject) => {
            fail = reject
          }),
      },
      { onEvents: () => undefined, onState: (state) => run.states.push(state) },
    )
    await flush()
    socket(1).drop(1006)
    await flushStream()
    held()
    fail(new Error('too late'))
    await flushStream()
    expect(run.states.at(-1)).toBe('closed')
    run.stop()
  })
})
