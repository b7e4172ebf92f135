// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { loadPart } from './load-part.ts'

/** Fails as often as the test asks for. */
function flaky(failures: number) {
  const load = vi.fn(async () => {
    if (load.mock.calls.length <= failures) throw new TypeError('Failed to fetch dynamically imported module')
    return 'part'
  })
  return load
}

describe('loadPart', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('gives the part at once where there is a network', async () => {
    const load = flaky(0)
    expect(await loadPart(load)).toBe('part')
    expect(load).toHaveBeenCalledTimes(1)
  })

  test('tries again, less and less often', async () => {
    const load = flaky(3)
    const part = loadPart(load)
    await vi.advanceTimersByTimeAsync(499)
    expect(load).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(load).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(999)
    expect(load).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(1 + 2_000)
    expect(await part).toBe('part')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not wait once the browser says that the network is back', async () => {
    const load = flaky(1)
    const part = loadPart(load)
    await vi.advanceTimersByTimeAsync(10)
    window.dispatchEvent(new Event('online'))
    expect(await part).toBe('part')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('ends with the reason of its abort, also in a pause', async () => {
    const abort = new AbortController()
    const part = loadPart(flaky(9), { abortSignal: abort.signal })
    const ended = expect(part).rejects.toBe('gone')
    await vi.advanceTimersByTimeAsync(10)
    abort.abort('gone')
    await ended
    expect(vi.getTimerCount()).toBe(0)
  })
})
