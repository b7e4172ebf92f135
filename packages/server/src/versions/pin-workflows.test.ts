import type {
  CheckedSubWorkflows,
  Identity,
  Page,
  ParkedNodeRun,
  Run,
  RunSummary,
  StartedRun,
  WaitingRuns,
  Workflow,
} from '@tenon/core/api'
import type { Json, JsonObject, JsonSchema, WorkflowDocument } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { type CallResult, defineNode, implementInlineNode, implementNode, nodeCall } from '@tenon/core/node'
import { HANDLER_INPUT_SCHEMA } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { asking, parking, publish, runToEnd, untilRun } from '../testing/kit/sample-workflows.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

const call = defineNode({
  type: 'call',
  version: 1,
  title: 'Call',
  description: 'Start another workflow',
  icon: 'M4 12h16',
  category: 'flow',
  control: 'child',
  inline: true,
  params: z.object({
    workflow: z.string().meta({ literal: true }),
    input: z.record(z.string(), z.unknown()).default({}),
  }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.object({ runId: z.string(), output: z.unknown() }) },
  summary: 'Runs {workflow}',
  effect: 'none',
})
const callNode = implementInlineNode(call, (params, { child }) =>
  child === null
    ? { suspend: { kind: 'child', workflowId: params.workflow, input: params.input as Json, wait: true } }
    : { port: 'success', output: { runId: child.runId, output: child.output } },
)
const agent = defineNode({
  type: 'agent',
  version: 1,
  title: 'Agent',
  description: 'Call other workflows',
  icon: 'M4 12h16',
  category: 'flow',
  ports: [{ name: 'success', title: 'Done' }],
  summary: 'Asks {research}',
  effect: 'none',
  calls: [{ type: 'call', version: 1 }],
  params: z.object({
    research: z.string().meta({ control: 'workflow', literal: true }),
    // A text that is no reference: no version contains what it names.
    also: z.string().optional(),
  }),
  outputs: { success: z.object({ results: z.array(z.unknown()) }) },
})
const agentNode = implementNode(agent, async ({ params: { research, also = research }, resume }) => {
  if (resume?.kind === 'calls') return { port: 'success', output: { results: resume.results.map(shortResult) } }
  const calls = [research, also].map((workflow, index) =>
    nodeCall(call, { callId: `c${index}`, title: 'Run it', params: { workflow, input: { name: 'Ada' } } }),
  )
  return { suspend: { kind: 'calls', mode: 'all', calls } }
})
const shortResult = (result: CallResult) =>
  result.status === 'completed' ? result.output : { code: result.error.code }

let server: TestServer

beforeAll(async () => {
  server = await openTestServer({ nodes: [...testNodes, callNode, agentNode] })
})
afterAll(() => server.close())

/** start → set → end: a greeting with what is written in it. */
function greeting(word: string, start: JsonObject = {}): WorkflowDocument {
  return workflow(
    [
      node('start', 'start', start),
      node('greet', 'set', { values: { greeting: `${word} {{input.name}}` } }),
      node('end', 'end', { output: '{{nodes.greet.output}}' }),
    ],
    ['start>greet', 'greet>end'],
  )
}

/** start → call → end. */
function calling(workflowId: string, params: JsonObject = {}): WorkflowDocument {
  return workflow(
    [
      node('start', 'start'),
      node('call', 'call', { workflow: workflowId, input: { name: '{{input.name}}' }, ...params }),
      node('end', 'end', { output: '{{nodes.call.output}}' }),
    ],
    ['start>call', 'call>end'],
  )
}

async function create(as: Identity, document: WorkflowDocument, name = 'Caller'): Promise<string> {
  return (await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body: { name, document } })).id
}

const replace = async (as: Identity, id: string, document: WorkflowDocument) => {
  const etag = (await server.call(`/workflows/${id}/draft`, { as })).headers.get('etag') ?? ''
  await server.json(200, `/workflows/${id}/draft`, {
    as,
    method: 'PUT',
    body: { document },
    headers: { 'if-match': etag },
  })
}
const publishAgain = (as: Identity, id: string, status = 201) =>
  server.json<Problem>(status, `/workflows/${id}/versions`, { as, method: 'POST' })

/** Returns the problems of publishing a document, which are those of trying it, too. */
async function problemsOf(as: Identity, document: WorkflowDocument) {
  const id = await create(as, document)
  const problem = await publishAgain(as, id, 422)
  const tried = await server.json<Problem>(422, `/workflows/${id}/draft/runs`, { as, method: 'POST' })
  expect(tried.issues).toEqual(problem.issues)
  expect(problem.code).toBe('WORKFLOW_INVALID')
  return problem.issues
}

describe('a version', () => {
  test('runs the versions that were published with it, also after later ones', async () => {
    const as = testIdentity()
    const greeter = await publish(server, as, greeting('Hello'))
    const caller = await publish(server, as, calling(greeter))
    await replace(as, greeter, greeting('Bye'))
    await publishAgain(as, greeter)
    const run = await runToEnd(server, as, caller, { name: 'Ada' })
    expect(run).toMatchObject({ output: { output: { greeting: 'Hello Ada' } }, parent: null, depth: 0 })
    expect(run.rootRunId).toBe(run.runId)

    await publishAgain(as, caller)
    expect(await runToEnd(server, as, caller, { name: 'Ada' })).toMatchObject({
      output: { output: { greeting: 'Bye Ada' } },
    })
  })

  test('contains the workflows that a node names which calls others, and runs no other for its code', async () => {
    const as = testIdentity()
    const greeter = await publish(server, as, greeting('Hello'))
    const other = await publish(server, as, greeting('Hi'))
    const asking = (params: JsonObject) =>
      workflow(
        [
          node('start', 'start'),
          node('agent', 'agent', params),
          node('end', 'end', { output: '{{nodes.agent.output}}' }),
        ],
        ['start>agent', 'agent>end'],
      )
    const id = await publish(server, as, asking({ research: greeter, also: other }))
    // Only the version that was published with it runs.
    await replace(as, greeter, greeting('Bye'))
    await publishAgain(as, greeter)
    expect(await runToEnd(server, as, id)).toMatchObject({
      output: { results: [{ output: { greeting: 'Hello Ada' } }, { code: 'SUBWORKFLOW_NOT_PUBLISHED' }] },
    })
    const [issue] = (await problemsOf(as, asking({ research: 'nowhere' }))) ?? []
    expect(issue).toMatchObject({ code: 'SUBWORKFLOW_NOT_FOUND', path: ['nodes', 'agent', 'params', 'research'] })
    const calls = [{ nodeId: 'agent', name: 'Agent', workflowId: 'nowhere', param: 'research' }]
    const checked = await server.json<CheckedSubWorkflows>(200, `/workflows/${id}/sub-workflow-checks`, {
      ...{ as, method: 'POST', body: { calls } },
    })
    expect(checked.issues).toMatchObject([{ code: 'SUBWORKFLOW_NOT_FOUND', path: issue?.path }])
  })

  test('of which no run has started can be run by another', async () => {
    const as = testIdentity()
    const inner = await publish(server, as, greeting('Hi'))
    const middle = await publish(server, as, calling(inner))
    const outer = await publish(server, as, calling(middle))
    const run = await runToEnd(server, as, outer, { name: 'Bo' })
    expect(run).toMatchObject({ status: 'completed', output: { output: { output: { greeting: 'Hi Bo' } } } })
    const tree = await server.json<Page<RunSummary>>(200, `/runs?rootRunId=${run.runId}`, { as })
    expect([...tree.items].sort((a, b) => a.depth - b.depth).map(({ workflowId }) => workflowId)).toEqual([
      outer,
      middle,
      inner,
    ])
    const children = await server.json<Page<RunSummary>>(200, `/runs?parentRunId=${run.runId}`, { as })
    expect(children.items).toMatchObject([{ parent: { runId: run.runId, nodeRunId: 'call' }, rootRunId: run.runId }])
    // Of the three runs, only the one that a person started.
    const top = await server.json<Page<RunSummary>>(200, '/runs?topLevel=true', { as })
    expect(top.items.map(({ runId }) => runId)).toEqual([run.runId])
    for (const query of ['', '?topLevel=false']) {
      expect((await server.json<Page<RunSummary>>(200, `/runs${query}`, { as })).items).toHaveLength(3)
    }
    await server.json(422, '/runs?topLevel=yes', { as })
    const middleId = children.items[0]?.runId ?? ''
    // Its tree has another root.
    expect((await server.json<Page<RunSummary>>(200, `/runs?rootRunId=${middleId}`, { as })).items).toEqual([])
    const stranger = testIdentity()
    for (const query of ['rootRunId', 'parentRunId']) {
      const page = await server.json<Page<RunSummary>>(200, `/runs?${query}=${run.runId}`, { as: stranger })
      expect(page.items).toEqual([])
    }
  })

  test('is listed for each run above it while it waits for a person', async () => {
    const as = testIdentity()
    const inner = await publish(server, as, parking({ fail: 'no' }))
    const middle = await publish(server, as, calling(inner))
    const outer = await publish(server, as, calling(middle))
    const caller = await publish(server, as, calling(await publish(server, as, asking())))
    const isWaiting = ({ status }: Run) => status === 'waiting'
    const run = await runToEnd(server, as, outer, { name: 'Ada' }, isWaiting)
    const asked = await runToEnd(server, as, caller, { name: 'Ada' }, isWaiting)
    const waitingOf = async (runId: string) =>
      (await server.json<WaitingRuns>(200, `/runs/${runId}/waiting-runs`, { as })).items
    const parked = async () =>
      (await server.json<Page<ParkedNodeRun>>(200, '/parked?status=open', { as })).items.map(({ runId }) => runId)
    await expect.poll(parked).toHaveLength(1)
    const [innerId = ''] = await parked()
    const own = { runId: innerId, workflowId: inner, workflowName: 'Sample', kind: 'parked', count: 1 }
    expect(await waitingOf(run.runId)).toEqual([{ ...own, nodeRunId: 'call' }])
    const children = await server.json<Page<RunSummary>>(200, `/runs?parentRunId=${run.runId}`, { as })
    expect(await waitingOf(children.items[0]?.runId ?? '')).toEqual([{ ...own, nodeRunId: 'call' }])
    expect(await waitingOf(innerId)).toEqual([{ ...own, nodeRunId: null }])
    await expect.poll(() => waitingOf(asked.runId)).toMatchObject([{ kind: 'approval', nodeRunId: 'call' }])
    const [{ parkedId = '' } = {}] = (await server.json<Page<ParkedNodeRun>>(200, '/parked', { as })).items
    const body = { resolution: { kind: 'route' } }
    await server.json(200, `/parked/${parkedId}/resolution`, { as, method: 'POST', body })
    expect(await waitingOf(run.runId)).toEqual([])
    expect(await untilRun(server, as, run.runId)).toMatchObject({ status: 'completed' })
  })

  test('is run after its workflow was deleted', async () => {
    const as = testIdentity()
    const greeter = await publish(server, as, greeting('Hello'))
    const caller = await publish(server, as, calling(greeter))
    await server.call(`/workflows/${greeter}`, { as, method: 'DELETE' })
    expect(await runToEnd(server, as, caller, { name: 'Ada' })).toMatchObject({ status: 'completed' })
    const message = 'call: the workflow "Sample" was deleted. Restore it, or choose another workflow'
    expect(await publishAgain(as, caller, 422)).toMatchObject({ issues: [{ code: 'SUBWORKFLOW_DELETED', message }] })
  })

  test('that is tried starts test runs of published versions', async () => {
    const as = testIdentity()
    const greeter = await publish(server, as, greeting('Hello'))
    const caller = await create(as, calling(greeter))
    await replace(as, greeter, greeting('Draft'))
    const body = { input: { name: 'Ada' } }
    const started = await server.json<StartedRun>(201, `/workflows/${caller}/draft/runs`, { as, method: 'POST', body })
    const run: Run = await untilRun(server, as, started.runId)
    expect(run).toMatchObject({ mode: 'test', output: { output: { greeting: 'Hello Ada' } } })
    const children = await server.json<Page<RunSummary>>(200, `/runs?parentRunId=${run.runId}`, { as })
    expect(children.items).toMatchObject([{ mode: 'test', version: '1', workflowId: greeter }])
  })
})

describe('publishing and trying', () => {
  test('refuse a workflow that does not exist, of another tenant or of none alike', async () => {
    const [as, other] = [testIdentity(), testIdentity()]
    const foreign = await publish(server, other, greeting('Hello'))
    const unknown = crypto.randomUUID()
    const [ofOther, ofNobody] = [await problemsOf(as, calling(foreign)), await problemsOf(as, calling(unknown))]
    expect(ofNobody).toEqual([
      {
        path: ['nodes', 'call', 'params', 'workflow'],
        code: 'SUBWORKFLOW_NOT_FOUND',
        message: `call: no workflow has the id "${unknown}". Choose another workflow`,
        values: { workflowId: unknown },
      },
    ])
    expect(JSON.stringify(ofOther).replaceAll(foreign, unknown)).toBe(JSON.stringify(ofNobody))
  })

  test('refuse one that has no published version', async () => {
    const as = testIdentity()
    const draft = await create(as, greeting('Hello'), 'Greeter')
    expect(await problemsOf(as, calling(draft))).toMatchObject([
      {
        code: 'SUBWORKFLOW_NOT_PUBLISHED',
        message: 'call: the workflow "Greeter" has no published version. Publish it first',
        values: { workflow: 'Greeter' },
      },
    ])
  })

  test('refuse what the check of the editor refuses before, which changes nothing and viewers may read', async () => {
    const as = testIdentity()
    const inputSchema = { type: 'object', required: ['name'] }
    const [draft, greeter] = [
      await create(as, greeting('Hello'), 'Greeter'),
      await publish(server, as, greeting('Hello', { inputSchema })),
    ]
    const own = await create(as, greeting('Hello'))
    const call = (nodeId: string, workflowId: string, input: Json = { name: 'Ada' }) => ({
      ...{ nodeId, name: nodeId, workflowId, input },
    })
    const check = (body: object, status = 200, who: Identity = as) =>
      server.json<CheckedSubWorkflows>(status, `/workflows/${own}/sub-workflow-checks`, {
        as: who,
        method: 'POST',
        body,
      })
    const calls = [call('a', draft), call('b', own), call('c', greeter, {}), call('d', greeter, '{{input}}')]
    const viewer = testIdentity({ tenantId: as.tenantId, role: 'viewer' })
    const { issues } = await check({ calls }, 200, viewer)
    expect(issues.map(({ path, code }) => [path.join('.'), code])).toEqual([
      ['nodes.a.params.workflow', 'SUBWORKFLOW_NOT_PUBLISHED'],
      ['nodes.b.params.workflow', 'SUBWORKFLOW_CYCLE'],
      ['nodes.c.params.input', 'SUBWORKFLOW_INPUT_INVALID'],
    ])
    await publishAgain(as, draft)
    expect((await check({ calls: calls.slice(0, 1) })).issues).toEqual([])
    expect(await check({ calls: [{ ...call('a', draft), nodeId: 'no id' }] }, 422)).toMatchObject({
      code: 'REQUEST_INVALID',
    })
  })

  test('refuse a workflow that runs itself, directly or through others', async () => {
    const as = testIdentity()
    const first = await publish(server, as, greeting('Hello'))
    await replace(as, first, calling(first))
    expect(await publishAgain(as, first, 422)).toMatchObject({
      issues: [
        {
          code: 'SUBWORKFLOW_CYCLE',
          message: 'call: a workflow cannot run itself (Sample → Sample). Choose a workflow that does not run this one',
          values: { path: 'Sample → Sample' },
        },
      ],
    })
    await replace(as, first, greeting('Hello'))
    const second = await publish(server, as, calling(first))
    const third = await publish(server, as, calling(second))
    await replace(as, first, calling(third))
    expect(await publishAgain(as, first, 422)).toMatchObject({
      issues: [
        {
          code: 'SUBWORKFLOW_CYCLE',
          message:
            'call: this workflow would run an earlier version of itself: Sample → Sample → Sample → Sample. Choose a workflow that does not run this one',
          path: ['nodes', 'call', 'params', 'workflow'],
        },
      ],
    })
  })

  test('refuse more than 10 workflows below each other', async () => {
    const as = testIdentity()
    let last = await publish(server, as, greeting('Hello'))
    for (let depth = 1; depth <= 10; depth += 1) last = await publish(server, as, calling(last))
    expect(await problemsOf(as, calling(last))).toMatchObject([
      {
        code: 'SUBWORKFLOW_TOO_DEEP',
        message:
          'call: a chain of more than 10 workflows that run each other starts with "Sample". Let one workflow do the work of several, or choose another workflow',
        values: { workflow: 'Sample', maximum: 10 },
      },
    ])
  })

  test('refuse an input that cannot be valid, and leave what templates give to the run', async () => {
    const as = testIdentity()
    const properties = { name: { type: 'string' }, age: { type: 'integer' } }
    const inputSchema = { type: 'object', properties, required: ['name'], additionalProperties: false }
    const greeter = await publish(server, as, greeting('Hello', { inputSchema }))
    expect(await problemsOf(as, calling(greeter, { input: { age: 'x', other: 1 } }))).toMatchObject([
      { code: 'SUBWORKFLOW_INPUT_INVALID', path: ['nodes', 'call', 'params', 'input'] },
      {
        code: 'SUBWORKFLOW_INPUT_INVALID',
        message:
          'call: the input of the workflow "Sample" is not valid at "age": It must be integer, not string. Correct the input of the node',
        path: ['nodes', 'call', 'params', 'input', 'age'],
      },
      { code: 'SUBWORKFLOW_INPUT_INVALID', path: ['nodes', 'call', 'params', 'input', 'other'] },
    ])
    for (const input of [{ name: 'Ada', age: '{{input.age}}' }, '{{input}}']) {
      await publish(server, as, calling(greeter, { input }))
    }
    const [free, none] = [undefined, {}].map((schema) => (schema === undefined ? {} : { inputSchema: schema }))
    for (const start of [free, none]) {
      const taking = await publish(server, as, greeting('Hello', start))
      await publish(server, as, calling(taking, { input: {} }))
    }
  })

  test('take an input whose templates decide whether it is valid', async () => {
    const as = testIdentity()
    const kind = (name: string) => ({ properties: { kind: { const: name } }, required: ['kind', name] })
    const tags = { type: 'array', uniqueItems: true, contains: { const: 'vip' } }
    const inputSchema: JsonObject = {
      type: 'object',
      properties: { tags, size: { enum: [{ unit: 'cm' }] } },
      oneOf: [kind('person'), kind('company')],
      not: { properties: { kind: { const: '{{input.kind}}' } } },
      ...Object.fromEntries([
        ['if', kind('person')],
        ['then', { required: ['name'] }],
        ['else', { required: ['title'] }],
      ]),
    }
    const greeter = await publish(server, as, greeting('Hello', { inputSchema }))
    const input = {
      kind: '{{input.kind}}',
      person: 'Ada',
      name: 'Ada',
      tags: ['{{input.tag}}', '{{input.tag}}'],
      size: { unit: '{{input.unit}}' },
    }
    expect(await publish(server, as, calling(greeter, { input }))).not.toBe('')
    expect(await problemsOf(as, calling(greeter, { input: { ...input, tags: '-' } }))).toMatchObject([
      { path: ['nodes', 'call', 'params', 'input', 'tags'], values: { fault: 'It must be array, not string' } },
    ])
  })

  test('name the node whose input the schema cannot be applied to', async () => {
    const as = testIdentity()
    const greeter = await publish(server, as, greeting('Hello', { inputSchema: { uniqueItems: true } }))
    const input = Array.from({ length: 2_001 }, (_, index) => index)
    const [issue, ...others] = (await problemsOf(as, calling(greeter, { input: { name: input } }))) ?? []
    expect(others).toEqual([])
    expect(issue).toMatchObject({
      code: 'SUBWORKFLOW_INPUT_INVALID',
      path: ['nodes', 'call', 'params', 'input'],
      message:
        'call: the input of the workflow "Sample" is not valid: The JSON Schema cannot be used. uniqueItems is for lists of up to 2000 items. Correct the input schema of that workflow and publish it, or make the input smaller',
    })
  })

  test('check a workflow that several run once, on every way to it', async () => {
    const as = testIdentity()
    const shared = await publish(server, as, greeting('Hello'))
    const both = await Promise.all([publish(server, as, calling(shared)), publish(server, as, calling(shared))])
    const document = workflow(
      [
        node('start', 'start'),
        ...both.map((id, index) => node(`call_${index}`, 'call', { workflow: id, input: { name: 'Ada' } })),
        node('end', 'end'),
      ],
      ['start>call_0', 'call_0>call_1', 'call_1>end'],
    )
    expect(await publish(server, as, document)).not.toBe('')
    await replace(as, shared, document)
    expect(await publishAgain(as, shared, 422)).toMatchObject({
      issues: ['call_0', 'call_1'].map((id) => ({
        code: 'SUBWORKFLOW_CYCLE',
        path: ['nodes', id, 'params', 'workflow'],
      })),
    })
  })

  test('refuse a workflow whose triggers are all disabled', async () => {
    const as = testIdentity()
    const greeter = await publish(server, as, greeting('Hello'))
    const { nodes, ...rest } = greeting('Hello')
    await replace(as, greeter, {
      ...rest,
      nodes: nodes.map((each) => (each.id === 'start' ? { ...each, disabled: true } : each)),
    })
    await publishAgain(as, greeter)
    expect(await problemsOf(as, calling(greeter))).toMatchObject([
      {
        code: 'SUBWORKFLOW_NO_TRIGGER',
        message:
          'call: the workflow "Sample" has no enabled start node. Enable or add one, and publish that workflow first',
        values: { workflow: 'Sample' },
      },
    ])
  })

  test('ignore disabled nodes', async () => {
    const as = testIdentity()
    const { nodes, ...rest } = calling(crypto.randomUUID())
    const disabled = nodes.map((each) => (each.id === 'call' ? { ...each, disabled: true } : each))
    expect(await publish(server, as, { ...rest, nodes: disabled })).not.toBe('')
  })
})

describe('an error handler', () => {
  const withHandler = (document: WorkflowDocument, workflowId: string, more: JsonObject = {}): WorkflowDocument => ({
    ...document,
    settings: { errorHandler: { workflow: workflowId, ...more } },
  })
  const echoing = (inputSchema: JsonSchema) =>
    workflow([node('start', 'start', { inputSchema }), node('end', 'end', { output: '{{input}}' })], ['start>end'])
  const failing = workflow(
    [node('start', 'start'), node('job', 'work', { fail: 'no' }), node('end', 'end')],
    ['start>job', 'job>end'],
  )

  test('is run once for a run that fails, in the version that was published then, and not for a test run', async () => {
    const as = testIdentity()
    const handler = await publish(server, as, echoing(HANDLER_INPUT_SCHEMA))
    const id = await publish(server, as, withHandler(failing, handler))
    await replace(as, handler, greeting('Hello'))
    await publishAgain(as, handler)
    const failed = await runToEnd(server, as, id, { n: 1 })
    expect(failed).toMatchObject({ status: 'failed', handles: null })
    const handling = await untilRun(server, as, `${failed.handledBy}`)
    expect(handling).toMatchObject({
      ...{ workflowId: handler, version: '1', handles: failed.runId, handledBy: null, parent: null },
      output: { workflow: { id, version: '1' }, run: { id: failed.runId }, error: { code: failed.error?.code } },
    })
    const [listed, other] = (await server.json<Page<RunSummary>>(200, `/runs?workflowId=${handler}`, { as })).items
    expect(listed).toMatchObject({ runId: handling.runId, handles: failed.runId })
    expect(other).toBeUndefined()

    const { runId } = await server.json<StartedRun>(201, `/workflows/${id}/draft/runs`, { as, method: 'POST' })
    expect(await untilRun(server, as, runId)).toMatchObject({ status: 'failed', handledBy: null })
  })

  test('is refused as a workflow that a node runs is, by the check of the editor, too', async () => {
    const [as, other] = [testIdentity(), testIdentity()]
    const at = ['settings', 'errorHandler', 'workflow']
    const misfit = await publish(server, as, echoing({ type: 'object', required: ['n'] }))
    const draft = await create(as, greeting('Hello'), 'Draft')
    const [foreign, unknown] = [await publish(server, other, failing), crypto.randomUUID()]
    const own = await create(as, failing)
    const check = async (errorHandler: string) => {
      const body = { calls: [], errorHandler }
      const path = `/workflows/${own}/sub-workflow-checks`
      return (await server.json<CheckedSubWorkflows>(200, path, { as, method: 'POST', body })).issues
    }
    const expected: readonly [string, string, string][] = [
      [unknown, 'SUBWORKFLOW_NOT_FOUND', `Error handler: no workflow has the id "${unknown}". Choose another workflow`],
      [foreign, 'SUBWORKFLOW_NOT_FOUND', `Error handler: no workflow has the id "${foreign}". Choose another workflow`],
      [
        draft,
        'SUBWORKFLOW_NOT_PUBLISHED',
        'Error handler: the workflow "Draft" has no published version. Publish it first',
      ],
      [
        misfit,
        'SUBWORKFLOW_INPUT_INVALID',
        'Error handler: the input of the workflow "Sample" is not valid: The field "n" is missing. Give its trigger the input schema of an error handler and publish it, or choose another workflow',
      ],
    ]
    for (const [workflowId, code, message] of expected) {
      expect(await check(workflowId)).toMatchObject([{ path: at, code, message }])
      expect(await problemsOf(as, withHandler(failing, workflowId))).toMatchObject([{ path: at, code, message }])
    }
    expect(await check(own)).toMatchObject([{ path: at, code: 'SUBWORKFLOW_CYCLE' }])
    // Two workflows that handle the failures of each other.
    const first = await publish(server, as, echoing({}))
    const second = await publish(server, as, withHandler(echoing({}), first))
    await replace(as, first, withHandler(echoing({}), second))
    expect(await publishAgain(as, first, 422)).toMatchObject({ issues: [{ path: at, code: 'SUBWORKFLOW_CYCLE' }] })
  })
})
