import type { ConnectionInfo, ConnectionTest, FileInfo, Run, StartedRun } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { defineConnector } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textractReader } from '../../../nodes/src/textract/textract-reader.ts'
import { createTextractOcrNode } from '../../../nodes/src/textract-ocr/implementation.ts'
import { line, page } from '../../../nodes/test/textract-blocks.ts'
import {
  AWS_KEY,
  AWS_REGION,
  startTextractSimulator,
  type TextractSimulator,
} from '../../../runtime/test/textract-simulator.ts'
import { publish } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const { accessKeyId, secretAccessKey } = AWS_KEY
const as = testIdentity()
let simulator: TextractSimulator
let server: TestServer
let open: () => Promise<TestServer>

beforeAll(async () => {
  const [started, pglite] = await Promise.all([startTextractSimulator(), openServerPGlite()])
  simulator = started
  const origin = `http://127.0.0.1:${simulator.port}`
  const local = defineConnector({
    ...{ id: 'aws-local', title: 'AWS here', auth: { kind: 'aws' }, allowedHosts: [origin] },
    test: { url: `${origin}/?Action=GetCallerIdentity` },
  })
  open = () =>
    openTestServer({
      ...{ database: { pglite, endOnClose: false }, connectors: [local] },
      egress: { allow: [`127.0.0.1:${simulator.port}`] },
      nodes: [...testNodes, createTextractOcrNode(textractReader({ originOf: () => origin }))],
    })
  server = await open()
})
afterAll(async () => {
  await server.close()
  await simulator[Symbol.asyncDispose]()
})

type Created = ConnectionInfo & Pick<Problem, 'issues'>
const connect = (status: number, connector: string, change: object = {}, rest: object = {}) =>
  server.json<Created>(status, '/connections', {
    ...{ as, method: 'POST' },
    body: {
      ...{ connector, name: connector, values: { accessKeyId, region: AWS_REGION, ...change } },
      ...{ secrets: { secretAccessKey }, ...rest },
    },
  })
const testOf = ({ id }: ConnectionInfo) =>
  server.json<ConnectionTest>(200, `/connections/${id}/test`, { as, method: 'POST' })

describe('connections to AWS', () => {
  test('read a document by one job, also if the process ends while the node waits', async () => {
    simulator.result = {
      pages: 2,
      parts: [
        [page(1), line('One')],
        [page(2), line('Two', 2)],
      ],
    }
    const { id: connection } = await connect(201, 'aws-local')
    const body = new TextEncoder().encode('%PDF-1.7\n/Type /Page /Type /Page\n%%EOF\n')
    const upload = { as, method: 'POST', body, headers: { 'content-type': 'application/octet-stream' } }
    const { ref } = await server.json<FileInfo>(201, '/files?name=order.pdf&type=application/pdf', upload)
    const params = { connection, bucket: 'scans', file: '{{input.order}}' }
    const document = workflow(
      [
        node('start', 'start'),
        node('read', 'textract-ocr', params),
        node('end', 'end', { output: '{{nodes.read.output}}' }),
      ],
      ['start>read', 'read>end'],
    )
    const workflowId = await publish(server, as, document)
    const input = { order: { ...ref } }
    const started = await server.json<StartedRun>(201, `/workflows/${workflowId}/runs`, {
      as,
      method: 'POST',
      body: { input },
    })
    const runNow = () => server.json<Run>(200, `/runs/${started.runId}`, { as })
    await expect.poll(async () => (await runNow()).status).toBe('waiting')
    expect([...simulator.objects.values()].map(String)).toEqual([new TextDecoder().decode(body)])
    await server.close()
    server = await open()
    await expect.poll(async () => (await runNow()).status).toBe('completed')
    const run = await runNow()
    expect(run).toMatchObject({ output: { text: 'One\n\nTwo', pageCount: 2, warnings: [] } })
    expect([simulator.jobs.size, simulator.objects.size]).toEqual([1, 0])
    expect(JSON.stringify(run)).not.toContain('canary')
  })

  test('are tested by asking whose key it is; a key that AWS does not accept must be entered again', async () => {
    expect(await testOf(await connect(201, 'aws-local'))).toMatchObject({ ok: true, status: 200 })
    const wrong = await connect(201, 'aws-local', {}, { secrets: { secretAccessKey: 'another-secret-key' } })
    expect(await testOf(wrong)).toMatchObject({ ok: false, status: 403 })
    const { status } = await server.json<ConnectionInfo>(200, `/connections/${wrong.id}`, { as })
    expect(status).toBe('needs_reauth')
  })

  test.each<[string, object, object]>([
    ['values.region', { region: 'us-east-1.evil.example' }, {}],
    ['values.region', { region: '' }, {}],
    ['values.accessKeyId', { accessKeyId: 'short' }, {}],
    ['secrets.secretAccessKey', {}, { secrets: { secretAccessKey: 'abc' } }],
    ['allowedHosts', {}, { allowedHosts: ['evil.example'] }],
  ])('refuse a faulty %s: %j', async (path, values, rest) => {
    const { issues } = await connect(422, 'aws', values, rest)
    expect(issues?.map((issue) => issue.path.join('.'))).toContain(path)
  })
})
