// @vitest-environment jsdom
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { setPageVisibility } from '../../test/fixtures/page-visibility.ts'
import { retryLater } from './retry-later.ts'

describe('retryLater', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  test.each([
    [1, 2_000],
    [2, 4_000],
    [3, 8_000],
    [4, 15_000],
    [2_000, 15_000],
  ])('waits after %i failures for %i ms, and retries once', (failures, pauseMs) => {
    const retry = vi.fn()
    retryLater(retry, { failures, firstPauseMs: 2_000 })
    vi.advanceTimersByTime(pauseMs - 1)
    expect(retry).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    window.dispatchEvent(new Event('online'))
    setPageVisibility('visible')
    expect(retry).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('retries at once when the network is back', () => {
    const retry = vi.fn()
    retryLater(retry, { failures: 5, firstPauseMs: 2_000 })
    window.dispatchEvent(new Event('online'))
    vi.advanceTimersByTime(60_000)
    expect(retry).toHaveBeenCalledTimes(1)
  })

  test('waits until the page is visible again, where only that counts', () => {
    const [shown, stored] = [vi.fn(), vi.fn()]
    setPageVisibility('hidden')
    retryLater(shown, { failures: 1, firstPauseMs: 2_000, onlyVisible: true })
    retryLater(stored, { failures: 1, firstPauseMs: 2_000 })
    vi.advanceTimersByTime(60_000)
    expect([shown, stored].map((retry) => retry.mock.calls.length)).toEqual([0, 1])
    setPageVisibility('visible')
    expect(shown).toHaveBeenCalledTimes(1)
  })

  test('a page that is shown before the pause is over waits for the rest of it', () => {
    const retry = vi.fn()
    setPageVisibility('hidden')
    retryLater(retry, { failures: 1, firstPauseMs: 2_000, onlyVisible: true })
    vi.advanceTimersByTime(1_000)
    setPageVisibility('visible')
    expect(retry).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(retry).toHaveBeenCalledTimes(1)
  })

  test('does nothing once it is stopped', () => {
    const retry = vi.fn()
    retryLater(retry, { failures: 1, firstPauseMs: 2_000 })()
    window.dispatchEvent(new Event('online'))
    vi.advanceTimersByTime(60_000)
    expect(retry).not.toHaveBeenCalled()
  })
})
