import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StartedRun } from '../api/run-types.ts'
import { TenonError } from '../errors/tenon-error.ts'
import type { RunStreamOptions, StreamState } from './options.ts'
import { startLater } from './start-later.ts'
import { followStart } from './start-stream.ts'

const STARTED: StartedRun = { runId: 'r', status: 'running', startedAt: null }
const event = (seq: number, type = 'node_log') => ({ seq, type, at: 0, data: {} })
const answer = (...frames: unknown[]) =>
  new Response(`retry: 1000\n\n${frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')}`)

function start(...answers: readonly (Response | Error)[]) {
  const seen: (number | string)[] = []
  const states: StreamState[] = []
  const errors: (string | undefined)[] = []
  const followed: { runId: string; options: RunStreamOptions }[] = []
  const stopped: string[] = []
  const abort = new AbortController()
  let sent = 0
  followStart(
    {
      open: async (signal) => {
        const next = answers[sent]
        sent += 1
        if (next === undefined) {
          return new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        }
        if (next instanceof Error) throw next
        return next
      },
      follow: (runId, options) => {
        followed.push({ runId, options })
        return () => void stopped.push(runId)
      },
      random: () => 0,
    },
    {
      onStarted: ({ runId }) => seen.push(runId),
      onEvents: (frames) => seen.push(...frames.map(({ seq }) => seq)),
      onState: (state, error) => {
        states.push(state)
        errors.push(error?.code)
      },
    },
    abort.signal,
  )
  return { seen, states, errors, followed, stopped, stop: () => abort.abort(), sent: () => sent }
}

describe('followStart', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const flush = () => vi.advanceTimersByTimeAsync(1)

  test('gives the run and its events, and ends with the run', async () => {
    const run = start(answer(STARTED, 'odd', null, { runId: 1 }, event(1), event(2, 'run_completed')))
    await vi.waitFor(() => expect(run.states).toEqual(['connecting', 'live', 'closed']))
    expect(run.seen).toEqual(['r', 1, 2])
    run.stop()
    expect([run.states.length, run.stopped]).toEqual([3, []])
  })

  test.each([
    ['is cut off', [event(1)], 1],
    ['has lost an event', [event(1), event(3), event(4)], 1],
  ])('follows the run after a response that %s', async (_what, events, after) => {
    const run = start(answer(STARTED, ...events))
    await vi.waitFor(() => expect(run.followed).toMatchObject([{ runId: 'r', options: { after } }]))
    expect(run.seen).toEqual(['r', 1])
    run.followed[0]?.options.onState?.('retrying')
    expect(run.states).toEqual(['connecting', 'live', 'retrying'])
    run.stop()
    expect(run.stopped).toEqual(['r'])
  })

  test('sends the start again until it has a response, and stops at an error that would come again', async () => {
    const refused = new TenonError('RUN_INPUT_INVALID', 'no')
    const run = start(new TenonError('UNAVAILABLE', 'gone'), new Response(null), refused)
    await vi.waitFor(() => expect(run.states).toEqual(['connecting', 'retrying']))
    await vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(60_000)
      expect(run.states.at(-1)).toBe('closed')
    })
    expect([run.errors.at(-1), run.sent(), run.seen]).toEqual(['RUN_INPUT_INVALID', 3, []])
  })

  test('stops before and while it connects, and between two attempts', async () => {
    const waiting = start()
    await flush()
    waiting.stop()
    await flush()
    expect(waiting.states).toEqual(['connecting', 'closed'])
    const retrying = start(new TenonError('UNAVAILABLE', 'gone'))
    await vi.waitFor(() => expect(retrying.states.at(-1)).toBe('retrying'))
    retrying.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect([retrying.states.at(-1), retrying.sent()]).toEqual(['closed', 1])
    const states: StreamState[] = []
    const none = { onStarted: () => undefined, onEvents: () => undefined }
    const open = () => Promise.reject(new Error('never'))
    followStart({ open, follow: () => open }, { ...none, onState: (state) => states.push(state) }, AbortSignal.abort())
    expect(states).toEqual(['closed'])
  })
})

test('startLater says that its code cannot be loaded, and stops before it is', async () => {
  const states: unknown[] = []
  const listeners = { onStarted: () => undefined, onEvents: () => undefined }
  const onState = (state: StreamState, error?: TenonError) => states.push([state, error?.code])
  const deps = { open: async () => answer(), follow: () => () => undefined }
  const lost = () => Promise.reject(new Error('offline'))
  startLater(lost, deps, listeners)
  startLater(lost, deps, { ...listeners, onState })
  await vi.waitFor(() => expect(states).toEqual([['closed', 'UNAVAILABLE']]))
  startLater(async () => ({ followStart }), deps, { ...listeners, onState })()
  await vi.waitFor(() => expect(states.at(-1)).toEqual(['closed', undefined]))
})
