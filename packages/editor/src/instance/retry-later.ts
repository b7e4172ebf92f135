import { TenonError } from '@tenon/core/errors'
import { isOnline, isPageVisible, onNetworkChange, onPageVisibility } from './browser.ts'

const LONGEST_PAUSE_MS = 15_000

export interface RetryLaterOptions {
  /** Failures in a row, ≥ 1. */
  readonly failures: number
  /** Pause after the first failure in milliseconds. It doubles with each failure, up to 15 s. */
  readonly firstPauseMs: number
  /**
   * Waits for the page to be visible: what is only shown needs no request while it cannot be seen.
   *
   * @defaultValue false
   */
  readonly onlyVisible?: boolean
}

/**
 * Calls `retry` once after a pause, and at once when the browser reports that the network is back.
 *
 * @returns Stops it; does nothing once `retry` was called.
 */
export function retryLater(retry: () => void, options: RetryLaterOptions): () => void {
  const { failures, firstPauseMs, onlyVisible = false } = options
  let isDue = false
  const stop = () => {
    clearTimeout(timer)
    stopNetwork()
    stopVisibility()
  }
  const retryIfSeen = () => {
    isDue = true
    if (onlyVisible && !isPageVisible()) return
    stop()
    retry()
  }
  const timer = setTimeout(retryIfSeen, Math.min(LONGEST_PAUSE_MS, firstPauseMs * 2 ** (failures - 1)))
  const stopNetwork = onNetworkChange(() => {
    if (isOnline()) retryIfSeen()
  })
  const stopVisibility = onPageVisibility(() => {
    if (isDue) retryIfSeen()
  })
  return stop
}

/** Checks whether the reason of a failure may pass by itself, such as a server that restarts. */
export function canRetry(error: unknown): boolean {
  return error instanceof TenonError && error.retryable
}
