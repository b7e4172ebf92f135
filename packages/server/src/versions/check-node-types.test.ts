import type { Run, StartedRun, Version, Workflow } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { untilRun, working } from '../testing/kit/sample-workflows.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const WITHOUT_WORK = testNodes.filter(({ definition }) => definition.type !== 'work' && definition.type !== 'caller')
let worker: TestServer

beforeAll(async () => {
  worker = await openTestServer({ nodes: WITHOUT_WORK })
})
afterAll(() => worker.close())

test('a version with a node type that no worker has is refused, or its runs wait for such a worker', async () => {
  const as = testIdentity()
  const strict = await worker.sibling({ nodes: testNodes })
  const lenient = await worker.sibling({ nodes: testNodes, requireWorkers: false })
  const body = { name: 'x', document: working() }
  const { id } = await strict.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
  const publish = <Answer>(server: TestServer, status: number) =>
    server.json<Answer>(status, `/workflows/${id}/versions`, { as, method: 'POST' })
  const refused = await publish<Problem>(strict, 422)
  expect(refused).toMatchObject({ code: 'WORKFLOW_INVALID', remedy: expect.stringContaining('requireWorkers') })
  expect(refused.issues).toEqual([
    {
      path: ['nodes', 'job', 'type'],
      code: 'NODE_TYPE_UNSERVED',
      message: 'job: no running worker has version 1 of the node type "work"',
      values: { type: 'work', version: '1' },
    },
  ])
  expect((await publish<Version>(lenient, 201)).version).toBe('1')
  const start = { as, method: 'POST', body: { input: { text: 'x' } } }
  const { runId } = await lenient.json<StartedRun>(201, `/workflows/${id}/runs`, start)
  const waiting = await lenient.json<Run>(200, `/runs/${runId}`, { as })
  expect(waiting.health).toMatchObject({
    code: 'NO_CAPABLE_WORKER',
    message: 'No running worker has node type "work" version 1',
  })
  await strict.automation.startWorker()
  expect(await untilRun(lenient, as, runId)).toMatchObject({ status: 'completed' })
  expect((await publish<Version>(strict, 201)).version).toBe('2')
  await strict.close()
  await lenient.close()
})
