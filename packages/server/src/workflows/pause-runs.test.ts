import { expect, test } from 'vitest'
import { testIdentity } from '../testing/test-identity.ts'
import { pauseRuns } from './pause-runs.ts'

test('pauses as many runs as one request may, says that more are left, and continues with those', async () => {
  const identity = testIdentity()
  const open = new Set(['a', 'ending', 'b', 'c'])
  const paused: string[] = []
  const server = {
    now: () => 0,
    reader: { listRunsToPause: async () => ({ runIds: [...open], nextCursor: null }) },
    engine: {
      pause: async (_tenantId: string, runId: string) => {
        if (runId === 'ending') return { outcome: 'closed' }
        open.delete(runId)
        paused.push(runId)
        return { outcome: 'accepted' }
      },
    },
  }
  const pause = () => pauseRuns(server as never, { identity, workflowId: 'w', request: 'pause' }, 2)
  expect(await pause()).toBe(true)
  expect(paused).toEqual(['a', 'b'])
  expect(await pause()).toBe(false)
  expect(paused).toEqual(['a', 'b', 'c'])
})
