import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TenonError } from '../errors/tenon-error.ts'
import type { RunEventFrame } from '../run/events.ts'
import { backoffMs } from './backoff.ts'
import { followRun } from './run-stream.ts'
import type { StreamSocket, StreamState } from './types.ts'

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
    this.tell('message', { data, code: 0 })
  }

  drop(code = 1006): void {
    this.tell('close', { data: null, code })
  }

  private tell(type: string, event: { data: unknown; code: number }): void {
    for (const listener of this.listeners) if (listener.type === type) listener.hear(event)
  }

  get query(): URLSearchParams {
    return new URL(this.url).searchParams
  }
}

function frame(seq: number, type = 'node_log') {
  return { seq, type, at: 0, data: {} }
}

function follow(after?: number, fail: Error | null = null) {
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
const settle = () => vi.advanceTimersByTimeAsync(0)

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
    await settle()
    expect(socket(0).protocol).toBe('tenon.v1')
    expect(socket(0).query.get('ticket')).toBe('ticket-1')
    expect(socket(0).query.get('after')).toBe('0')
    socket(0).send(1, 2)
    socket(0).sendText(JSON.stringify(frame(3, 'run_completed')))
    await settle()
    expect(run.seen).toEqual([1, 2, 3])
    expect(run.batches).toEqual([3])
    socket(0).drop(1000)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(run.states).toEqual(['connecting', 'live', 'closed'])
    expect(ScriptedSocket.opened).toHaveLength(1)
  })

  test('goes on after the last seq with a fresh ticket when the connection is lost', async () => {
    const run = follow()
    await settle()
    socket(0).send(1, 2)
    socket(0).drop()
    await vi.advanceTimersByTimeAsync(250)
    expect(socket(1).query.get('after')).toBe('2')
    expect(socket(1).query.get('ticket')).toBe('ticket-2')
    socket(1).send(2, 3)
    await settle()
    expect(run.seen).toEqual([1, 2, 3])
    expect(run.states).toEqual(['connecting', 'live', 'retrying', 'live'])
  })

  test('a close with 1000 before the end of the run is no end', async () => {
    follow()
    await settle()
    socket(0).send(1)
    socket(0).drop(1000)
    await vi.advanceTimersByTimeAsync(250)
    expect(ScriptedSocket.opened).toHaveLength(2)
  })

  test('a gap drops the connection and asks again', async () => {
    const run = follow()
    await settle()
    socket(0).send(1, 3)
    await vi.advanceTimersByTimeAsync(250)
    expect(socket(0).closedWith).toBe(1000)
    expect(run.seen).toEqual([1])
    expect(socket(1).query.get('after')).toBe('1')
    socket(0).send(4)
    socket(1).send(2, 3)
    await settle()
    expect(run.seen).toEqual([1, 2, 3])
  })

  test('waits longer after each failure, and starts over after a success', async () => {
    follow()
    await settle()
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
    await settle()
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
    await settle()
    socket(0).drop(code)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(run.states).toEqual(['connecting', 'closed'])
    expect(run.errors.at(-1)?.code).toBe(error)
    expect(ScriptedSocket.opened).toHaveLength(1)
  })

  test('a refused ticket is final, an unreachable server is not', async () => {
    const run = follow(0, new TenonError('UNAVAILABLE', 'down'))
    await settle()
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
    await settle()
    expect(states).toEqual(['connecting', 'closed'])
    expect(errors.at(-1)).toMatchObject({ code: 'UNAVAILABLE', cause: refusal })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a silent connection counts as dead, a heartbeat keeps it', async () => {
    follow()
    await settle()
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
    await settle()
    socket(0).sendText(data)
    socket(0).send(1)
    await settle()
    expect(run.seen).toEqual([1])
  })

  test('stop closes the socket, drops what is pending, and is idempotent', async () => {
    const run = follow()
    await settle()
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
    const ports = { url: 'wss://app.example/runs/r/logs', WebSocket: ScriptedSocket, getTicket: async () => 't' }
    const atEvents = followRun(ports, {
      onEvents: () => {
        heard.push('events')
        atEvents()
      },
    })
    await settle()
    socket(0).send(1)
    socket(0).drop()
    const atState = followRun(ports, {
      onEvents: () => heard.push('more'),
      onState: (state) => {
        if (state === 'live') atState()
      },
    })
    await settle()
    socket(1).send(2)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(heard).toEqual(['events'])
    expect(ScriptedSocket.opened).toHaveLength(2)
  })

  test('a socket that was given up is not heard, and neither is what is no text', async () => {
    const run = follow()
    await settle()
    socket(0).sendText(new ArrayBuffer(8))
    socket(0).sendText('null')
    socket(0).sendText('{"seq":"1"}')
    socket(0).send(3)
    socket(0).send(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(run.seen).toEqual([])
    socket(1).send(1)
    socket(0).drop(4403)
    await settle()
    expect(run.seen).toEqual([1])
    expect(run.states.at(-1)).toBe('live')
  })

  test('stop before the ticket is refused says nothing of it', async () => {
    const run = follow(undefined, new TenonError('FORBIDDEN', 'No'))
    run.stop()
    await settle()
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
    await settle()
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
    await settle()
    socket(0).drop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(states).toEqual(['connecting', 'retrying', 'closed'])
    expect(ScriptedSocket.opened).toHaveLength(1)
  })

  test('stop while the ticket is on its way opens no socket', async () => {
    const run = follow()
    run.stop()
    await settle()
    expect(ScriptedSocket.opened).toHaveLength(0)
  })
})

describe('backoffMs', () => {
  test('doubles up to 15 s and never falls below half', () => {
    expect([1, 2, 3, 7, 100].map((tries) => backoffMs(tries, 0))).toEqual([250, 500, 1_000, 15_000, 15_000])
    expect(backoffMs(1, 0.999)).toBe(125)
  })
})
