import type { Workflow } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { embeddedEngine } from '@tenon/runtime'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer
const asked: (readonly string[])[] = []

beforeAll(async () => {
  const factory = embeddedEngine()
  server = await openTestServer({
    // An engine with queues of nodes, of which workers serve one.
    engine: (ports) => ({
      ...factory(ports),
      unservedQueues: async (queues) => {
        asked.push(queues)
        return queues.filter((queue) => queue !== 'gpu')
      },
    }),
  })
})
afterAll(() => server.close())

async function publishing(queues: readonly (string | null)[], on = server, name?: string) {
  const as = testIdentity()
  const ids = queues.map((_, index) => `n${index}`)
  const document = workflow(
    [
      node('start', 'start'),
      ...queues.map((taskQueue, index) => {
        const work = { ...node(`n${index}`, 'work', {}), ...(name === undefined ? {} : { name }) }
        return taskQueue === null ? work : withPolicy(work, { taskQueue })
      }),
      node('end', 'end'),
    ],
    [...ids.map((id, index) => `${ids[index - 1] ?? 'start'}>${id}`), `${ids.at(-1)}>end`],
  )
  const { id } = await on.json<Workflow>(201, '/workflows', { as, method: 'POST', body: { name: 'x', document } })
  return {
    publish: (status: number) => on.json<Problem>(status, `/workflows/${id}/versions`, { as, method: 'POST' }),
    tryIt: (status: number) => on.json<Problem>(status, `/workflows/${id}/draft/runs`, { as, method: 'POST' }),
  }
}

describe('publishing and trying', () => {
  test('name every node whose task queue no worker serves', async () => {
    const { publish, tryIt } = await publishing(['gpu', 'unserved', null, 'other'])
    const problem = await publish(422)
    expect(problem).toMatchObject({ code: 'WORKFLOW_INVALID', remedy: expect.stringContaining('nodeQueues') })
    expect(problem.issues).toEqual([
      {
        path: ['nodes', 'n1', 'policy', 'taskQueue'],
        code: 'TASK_QUEUE_UNSERVED',
        message: 'n1: no worker serves the task queue "unserved"',
        values: { queue: 'unserved' },
      },
      {
        path: ['nodes', 'n3', 'policy', 'taskQueue'],
        code: 'TASK_QUEUE_UNSERVED',
        message: 'n3: no worker serves the task queue "other"',
        values: { queue: 'other' },
      },
    ])
    expect((await tryIt(422)).issues).toHaveLength(2)
  })

  test('call a node without a name by its id', async () => {
    const { publish } = await publishing(['unserved'], server, '')
    expect((await publish(422)).detail).toBe('n0: no worker serves the task queue "unserved"')
  })

  test('go through where every queue is served, and ask for none where there is none', async () => {
    await (await publishing(['gpu', 'gpu'])).publish(201)
    expect(asked.at(-1)).toEqual(['gpu'])
    const before = asked.length
    await (await publishing([null])).publish(201)
    expect(asked).toHaveLength(before)
  })

  test('ask the workers of the embedded engine which queues they serve', async () => {
    const serving = await server.sibling({ engine: embeddedEngine({ nodeQueues: ['gpu'] }) })
    onTestFinished(() => serving.close())
    const { publish } = await publishing(['gpu'], serving)
    expect(await publish(422)).toMatchObject({ issues: [{ code: 'TASK_QUEUE_UNSERVED' }] })
    await serving.automation.startWorker()
    await publish(201)
    expect(await (await publishing(['other'], serving)).publish(422)).toMatchObject({
      issues: [{ code: 'TASK_QUEUE_UNSERVED', message: 'n0: no worker serves the task queue "other"' }],
    })
  })
})
