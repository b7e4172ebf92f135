import { setTimeout as delay } from 'node:timers/promises'

/** Waits before something is tried again; cut short, not failed, when the signal is aborted. */
export async function pause(ms: number, abortSignal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: abortSignal }).catch(() => undefined)
}
