import { randomUUID } from 'node:crypto'
import { createRunFold } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { runTopic } from '../../bus.ts'
import { ofType, type SuiteGroup } from './suite-context.ts'

const two = workflow(
  [
    node('start', 'start'),
    node('a', 'probe', { logs: ['one', 'two'], tools: ['check_order'], isGated: true }),
    node('end', 'end'),
  ],
  ['start>a', 'a>end'],
)

/** Tests of starts, the log, and many runs. */
export const logTests: SuiteGroup = (context) => {
  describe('runs and their logs', () => {
    test('starts a run once for one run id', async () => {
      const options = { tenantId: `t-${randomUUID()}`, runId: randomUUID(), input: { n: 1 } }
      const document = workflow([node('start', 'start'), node('a', 'probe'), node('end', 'end')], ['start>a', 'a>end'])
      const runs = await Promise.all([context().start(document, options), context().start(document, options)])
      await Promise.all(runs.map((run) => run.ended()))
      expect(context().probes.callsOf(options.runId, 'a')).toHaveLength(1)
      const again = await context().start(document, { ...options, input: { n: 2 } })
      expect(await again.output()).toEqual({ n: 1 })
    })

    test('refuses an input that is not JSON before anything is stored', async () => {
      const tenantId = `t-${randomUUID()}`
      const start = context().start(two, { tenantId, input: { bad: Number.NaN } })
      await expect(start).rejects.toMatchObject({ code: 'VALUE_NOT_JSON' })
      expect((await context().handle.reader.listRuns(tenantId, {})).items).toEqual([])
    })

    test('shows log lines and tool calls while the body still runs', async () => {
      const { probes } = context()
      const run = await context().start(two)
      await probes.reached(run.runId, 'a')
      const events = await run.untilEvent((event) => event.type === 'tool_call')
      expect(ofType(events, 'node_log').map((event) => event.data.message)).toEqual(['one', 'two'])
      expect(ofType(events, 'tool_call')).toMatchObject([{ data: { tool: 'check_order', answer: 'done', attempt: 1 } }])
      expect(events.some((event) => event.type === 'node_completed' && event.nodeRunId === 'a')).toBe(false)
      probes.open(run.runId, 'a')
      await run.ended()
    })

    test('keeps the model usage of a node beside its output, and no invalid usage', async () => {
      const ask = (tokens: number) =>
        workflow([node('start', 'start'), node('a', 'probe', { tokens }), node('end', 'end')], ['start>a', 'a>end'])
      const run = await context().start(ask(7))
      await run.ended()
      const [, completed] = ofType(await run.events(), 'node_completed')
      expect(completed?.data.usage).toEqual({ model: 'test-model', inputTokens: 2, outputTokens: 7 })
      const wrong = await context().start(ask(-1))
      expect(await wrong.ended()).toMatchObject({ status: 'failed', error: { code: 'NODE_OUTPUT_INVALID' } })
    })

    test('finds the first answer of a run, which continues, and fails a node without an answer', async () => {
      const { probes, handle } = context()
      const answer = (status: number) => ({ response: { status, format: 'json', headers: {}, body: '{{input}}' } })
      const answering = workflow(
        [
          node('start', 'start'),
          node('first', 'respond', answer(201)),
          node('work', 'probe', { isGated: true }),
          node('second', 'respond', answer(202)),
          node('none', 'respond', answer(99)),
        ],
        ['start>first', 'first>work', 'work>second', 'second>none'],
      )
      const run = await context().start(answering, { input: { responds: true, text: '"responds":true' } })
      await probes.reached(run.runId, 'work')
      const { readAnswer, loadValue } = handle.reader
      const output = await readAnswer(run.tenantId, run.runId)
      if (output === null) throw new RangeError('the run has answered')
      const expected = { response: { status: 201, body: { responds: true, text: '"responds":true' } } }
      expect(await loadValue(run.tenantId, output)).toMatchObject(expected)
      expect(await readAnswer(`t-${randomUUID()}`, run.runId)).toBeNull()
      probes.open(run.runId, 'work')
      expect(await run.ended()).toMatchObject({ error: { code: 'RUN_ANSWER_INVALID', nodeId: 'none' } })
      expect(await readAnswer(run.tenantId, run.runId)).toEqual(output)
    })

    test('announces new events on the bus, and readers get them in order from any position', async () => {
      const { bus, reader } = context().handle
      const { probes } = context()
      const tenantId = `t-${randomUUID()}`
      const runId = randomUUID()
      const announced: number[] = []
      const stop = bus.subscribe(runTopic(tenantId, runId), (message) => void announced.push(Number(message.seq)))
      const run = await context().start(two, { tenantId, runId })
      await probes.reached(runId, 'a')
      probes.open(runId, 'a')
      await run.ended()
      const all = await run.events()
      await vi.waitUntil(() => announced.at(-1) === all.length, 30_000)
      expect(announced).toEqual([...announced].sort((a, b) => a - b))
      stop()
      expect(await reader.readEvents(tenantId, runId, 3, 2)).toEqual(all.slice(3, 5))
      expect(await reader.readEvents('another-tenant', runId, 0)).toEqual([])
      expect(await reader.getRun('another-tenant', runId)).toBeNull()
    })

    test('folds into a view that agrees with the run', async () => {
      const { probes } = context()
      const run = await context().start(two)
      await probes.reached(run.runId, 'a')
      probes.open(run.runId, 'a')
      const stored = await run.ended()
      const fold = createRunFold()
      for (const event of await run.events()) fold.apply(event)
      expect(fold.view()).toMatchObject({ status: stored.status, outcome: stored.outcome })
      expect(fold.nodeRun('a')).toMatchObject({ status: 'success', attempt: 1, toolCalls: 1 })
    })

    test('executes thirty runs of ten tenants at once, each to its own end', async () => {
      const document = workflow(
        [
          node('start', 'start'),
          node('a', 'probe', { output: { a: '{{input.n}}' } }),
          node('b', 'probe', { output: { b: '{{input.a + 1}}' } }),
          node('end', 'end'),
        ],
        ['start>a', 'a>b', 'b>end'],
      )
      const tenants = Array.from({ length: 10 }, () => `t-${randomUUID()}`)
      const numbers = Array.from({ length: 30 }, (_, index) => index)
      const runs = await Promise.all(
        numbers.map((n) => context().start(document, { tenantId: tenants[n % 10] ?? '', input: { n } })),
      )
      await Promise.all(runs.map((run) => run.ended()))
      const outputs = await Promise.all(runs.map((run) => run.output()))
      expect(outputs).toEqual(numbers.map((n) => ({ n, a: n, b: n + 1 })))
      for (const run of runs) expect(context().probes.callsOf(run.runId, 'a')).toHaveLength(1)
    })

    test('executes a run of two hundred nodes', async () => {
      const ids = Array.from({ length: 100 }, (_, index) => `n${index}`)
      const nodes = ids.flatMap((id) => [node(id, 'probe', { output: { [id]: 1 } }), node(`p${id}`, 'set', {})])
      const edges = ids.flatMap((id, index) => [`${id}>p${id}`, ...(index > 0 ? [`pn${index - 1}>${id}`] : [])])
      const document = workflow(
        [node('start', 'start'), ...nodes, node('end', 'end')],
        ['start>n0', ...edges, 'pn99>end'],
      )
      const run = await context().run(document)
      expect(Object.keys((await run.output()) as object)).toHaveLength(100)
    })

    test('lists runs by filter, newest first, page by page', async () => {
      const tenantId = `t-${randomUUID()}`
      const quick = workflow([node('start', 'start'), node('end', 'end')], ['start>end'])
      const ids: string[] = []
      for (let index = 0; index < 5; index += 1) ids.push((await context().start(quick, { tenantId })).runId)
      const { reader } = context().handle
      const first = await reader.listRuns(tenantId, { limit: 3 })
      const second = await reader.listRuns(tenantId, { limit: 3, cursor: first.nextCursor ?? '' })
      expect([...first.items, ...second.items].map((run) => run.runId).sort()).toEqual([...ids].sort())
      expect(second.nextCursor).toBeNull()
      expect((await reader.listRuns(tenantId, { status: 'failed' })).items).toEqual([])
      expect((await reader.listRuns(tenantId, { workflowId: 'workflow', mode: 'live' })).items).toHaveLength(5)
      expect((await reader.listRuns('another-tenant', {})).items).toEqual([])
      await expect(reader.listRuns(tenantId, { cursor: 'made up' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' })
    })
  })
}
