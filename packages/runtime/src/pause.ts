import type { StopSignal } from './attempts/stop-signal.ts'

/** Waits before a retry; resolves early if the signal aborts. */
export function pause(ms: number, signal: StopSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
