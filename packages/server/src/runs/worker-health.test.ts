import type { TenantId } from '@tenon/core/document'
import type { RunObstacle, StoredRun } from '@tenon/runtime'
import { expect, test } from 'vitest'
import type { ServerContext } from '../context.ts'
import { healthOfRuns } from './worker-health.ts'

test.each<[RunObstacle, RegExp]>([
  ['NO_WORKER', /No worker takes the run/],
  ['STUCK', /fails again and again/],
  ['ENGINE_UNAVAILABLE', /does not answer/],
])('says of a run on Temporal that is held up by %s what to do', async (obstacle, message) => {
  const asked: unknown[] = []
  const server = {
    reader: {
      readObstacles: async (...request: unknown[]) => {
        asked.push(request)
        return new Map([['held', obstacle]])
      },
    },
  } as unknown as ServerContext
  const runs = [
    { runId: 'held', status: 'running', engine: 'temporal' },
    { runId: 'fine', status: 'waiting', engine: 'temporal' },
    { runId: 'over', status: 'completed', engine: 'temporal' },
  ] as StoredRun[]
  const health = await healthOfRuns(server, 'acme' as TenantId, runs)
  expect([...health.keys()]).toEqual(['held'])
  expect(health.get('held')).toMatchObject({ code: obstacle, message: expect.stringMatching(message) })
  expect(health.get('held')?.remedy).not.toBe('')
  expect(asked).toEqual([['acme', ['held', 'fine']]])
  expect((await healthOfRuns(server, 'acme' as TenantId, runs.slice(2))).size).toBe(0)
})
