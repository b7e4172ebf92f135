import type { HttpClient, HttpRequestInit, NodeContext } from '@tenon/core/node'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { StartedNode } from '../commit/commit-types.ts'
import { type BodyDeps, runBody } from './run-body.ts'
import { createStopSwitch } from './stop-switch.ts'

const DAY_MS = 86_400_000

function bodyOf(run: (context: NodeContext) => Promise<unknown>, timeoutMs: number | null) {
  const inits: (HttpRequestInit | RequestInit | undefined)[] = []
  const keep = async (_target: unknown, init?: HttpRequestInit | RequestInit) => {
    inits.push(init)
    return null
  }
  const stop = createStopSwitch()
  const started = { node: { timeoutMs, heartbeatMs: null }, implementation: { run }, journal: new Map() }
  const deps = {
    http: { request: keep, fetch: keep } as unknown as HttpClient,
    stop: stop.signals,
    graceMs: 1,
    pump: {},
  }
  const end = runBody(started as unknown as StartedNode, {}, deps as unknown as BodyDeps)
  return { end, inits, stop }
}

describe('runBody', () => {
  afterEach(() => void vi.useRealTimers())

  test('gives a body all the time of its policy, beyond the longest timer of the platform', async () => {
    vi.useFakeTimers()
    const { end } = bodyOf(() => new Promise(() => undefined), 60 * DAY_MS)
    const ended = vi.fn()
    void end.then(ended)
    await vi.advanceTimersByTimeAsync(60 * DAY_MS - 1)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toHaveBeenCalledWith(expect.objectContaining({ kind: 'timeout' }))
    expect(vi.getTimerCount()).toBe(0)
  })

  test('ends the requests of a body with its attempt, whether or not it hands a signal on', async () => {
    const own = new AbortController()
    const request = new Request('https://a.example', { signal: own.signal })
    const { end, inits, stop } = bodyOf(async ({ http, abortSignal }) => {
      await http.request('https://a.example')
      await http.request('https://a.example', { abortSignal })
      await http.request('https://a.example', { abortSignal: own.signal, timeoutMs: 7 })
      await http.fetch('https://a.example')
      await http.fetch('https://a.example', { signal: null })
      await http.fetch(request)
      return new Promise(() => undefined)
    }, null)
    await vi.waitFor(() => expect(inits).toHaveLength(6), 20_000)
    const signals = inits.map(
      (init) => (init as { abortSignal?: AbortSignal }).abortSignal ?? (init as RequestInit).signal,
    )
    expect(signals.map((signal) => signal?.aborted)).toEqual(Array.from({ length: 6 }, () => false))
    expect(inits[2]).toMatchObject({ timeoutMs: 7 })
    stop.stop('cancel')
    expect(signals.map((signal) => signal?.aborted)).toEqual(Array.from({ length: 6 }, () => true))
    expect(await end).toMatchObject({ kind: 'abandoned' })
  })

  describe('a journal', () => {
    const journaling = (run: (context: NodeContext) => Promise<unknown>) => {
      const stop = createStopSwitch()
      const started = { node: { timeoutMs: null, heartbeatMs: null }, implementation: { run }, journal: new Map() }
      const pump = { journal: async () => undefined }
      const deps = { http: {}, stop: stop.signals, graceMs: 1, pump }
      return runBody(started as unknown as StartedNode, {}, deps as unknown as BodyDeps)
    }
    const times = (count: number, result: () => string) => async (context: NodeContext) => {
      for (let index = 0; index < count; index += 1) await context.durable(`${index}`, async () => result())
      return { port: 'out', output: {} }
    }

    test.each([
      ['1,000 calls', times(1_000, () => ''), { kind: 'result' }],
      ['1,001 calls', times(1_001, () => ''), { kind: 'thrown', error: { code: 'JOURNAL_TOO_LARGE' } }],
      [
        'more than 32 MiB',
        times(5, () => 'x'.repeat(8_000_000)),
        { kind: 'thrown', error: { code: 'JOURNAL_TOO_LARGE' } },
      ],
      [
        'a key of 513 characters',
        (context: NodeContext) => context.durable('k'.repeat(513), async () => 1),
        { kind: 'thrown', error: { code: 'JOURNAL_TOO_LARGE' } },
      ],
    ])('of %s ends as it should', async (_, run, end) => {
      expect(await journaling(run)).toMatchObject(end)
    })
  })
})
