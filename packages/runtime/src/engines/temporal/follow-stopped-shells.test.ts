import { expect, test, vi } from 'vitest'
import { followStoppedShells } from './follow-stopped-shells.ts'

test('has the runs of ended shells looked for at once, and asks again after a failure', async () => {
  vi.useFakeTimers()
  try {
    const findStopped = vi.fn(async () => [{ tenantId: 't', runId: 'r' }])
    findStopped.mockRejectedValueOnce(new RangeError('away'))
    const hasten = vi.fn(async () => undefined)
    const lines: string[] = []
    const stop = followStoppedShells({
      client: { findStopped },
      outbox: { hasten },
      log: (_, line) => lines.push(line),
    })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(lines).toEqual(['shells.list_failed: retrying'])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(hasten.mock.calls).toEqual([[{ tenantId: 't', runId: 'r' }, 0]])
    await stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(findStopped).toHaveBeenCalledTimes(2)
  } finally {
    vi.useRealTimers()
  }
})
