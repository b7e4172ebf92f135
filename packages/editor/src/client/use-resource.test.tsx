// @vitest-environment jsdom
import { TenonError } from '@tenon/core/errors'
import { act, screen } from '@testing-library/react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { setPageVisibility } from '../../test/fixtures/page-visibility.ts'
import { renderPart } from '../../test/fixtures/render.tsx'
import { ResourceError } from './resource-error.tsx'
import { type Resource, useResource } from './use-resource.ts'

const AWAY = new TenonError('UNAVAILABLE', 'The server did not answer')

beforeEach(() => {
  vi.useFakeTimers()
})

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))

/** Loads from a server that is away until it is back. */
async function open(failure: unknown = AWAY) {
  const server = { failure: failure as unknown }
  const load = vi.fn(async (_abortSignal: AbortSignal) => {
    if (server.failure !== null) throw server.failure
    return 'loaded'
  })
  const seen: Resource<string>[] = []
  function Probe() {
    const resource = useResource(load)
    seen.push(resource)
    return resource.error === null ? <p>{resource.value ?? 'loading'}</p> : <ResourceError resource={resource} />
  }
  renderPart(<Probe />)
  await pass(0)
  const now = () => {
    const resource = seen.at(-1)
    if (resource === undefined) throw new RangeError('it is mounted')
    return resource
  }
  return { load, now, server }
}

describe('useResource', () => {
  test('loads by itself once the server is back, in pauses that double, and shows the error meanwhile', async () => {
    const { load, now, server } = await open()
    expect(screen.getByRole('alert').textContent).toContain('The server did not answer')
    expect(screen.getByText('Trying again…')).toBeTruthy()
    for (const [pauseMs, loads] of [
      [1_999, 1],
      [1, 2],
      [3_999, 2],
      [1, 3],
      [8_000, 4],
      [14_999, 4],
    ] as const) {
      await pass(pauseMs)
      expect(load).toHaveBeenCalledTimes(loads)
      expect(now()).toMatchObject({ error: AWAY, isRetrying: true, isLoading: false })
    }
    server.failure = null
    await pass(1)
    expect(screen.getByText('loaded')).toBeTruthy()
    expect(now()).toMatchObject({ value: 'loaded', error: null, isRetrying: false })
    await pass(60_000)
    expect(load).toHaveBeenCalledTimes(5)
  })

  test('loads at once when the user asks for it, and again after the first pause if that fails', async () => {
    const { load, now } = await open()
    await act(async () => screen.getByRole('button', { name: 'Try again' }).click())
    expect(load).toHaveBeenCalledTimes(2)
    await pass(4_000)
    expect(load).toHaveBeenCalledTimes(3)
    expect(now().isRetrying).toBe(true)
  })

  test('loads at once when the network is back', async () => {
    const { load, now, server } = await open()
    server.failure = null
    act(() => void window.dispatchEvent(new Event('online')))
    await pass(0)
    expect(load).toHaveBeenCalledTimes(2)
    expect(now().value).toBe('loaded')
  })

  test('does not ask the server from a page that is hidden', async () => {
    const { load } = await open()
    setPageVisibility('hidden')
    await pass(600_000)
    expect(load).toHaveBeenCalledTimes(1)
    setPageVisibility('visible')
    await pass(0)
    expect(load).toHaveBeenCalledTimes(2)
  })

  test.each([
    ['an answer that stays the same', new TenonError('RUN_NOT_FOUND', 'No run has this id')],
    ['a fault of the client', new TypeError('undefined is not a function')],
  ])('leaves %s to the user', async (_what, failure) => {
    const { load, now } = await open(failure)
    await pass(600_000)
    expect(load).toHaveBeenCalledTimes(1)
    expect(now().isRetrying).toBe(false)
    expect(screen.queryByText('Trying again…')).toBeNull()
  })

  test('keeps the last value while a change cannot be read', async () => {
    const { now, server } = await open(null)
    server.failure = AWAY
    act(() => now().refresh())
    await pass(0)
    expect(now()).toMatchObject({ value: 'loaded', error: AWAY, isRetrying: true })
    server.failure = null
    await pass(2_000)
    expect(now()).toMatchObject({ value: 'loaded', error: null })
  })
})
