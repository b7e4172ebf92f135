import type { Json, JsonObject, WorkflowDocument } from '@tenon/core/document'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import type { StoredRun } from '../../run-store.ts'
import type { DrivenRun } from '../run-driver.ts'
import { ofType, type SuiteContext, type SuiteGroup, storyOf } from './suite-context.ts'

const ACTOR = { userId: 'ann', displayName: 'Ann' }

/** start > work > end; the output of the run is that of its probe. */
const worker = (params: JsonObject, settings: WorkflowDocument['settings'] = {}) =>
  workflow(
    [
      node('start', 'start', { inputSchema: { type: 'object', required: ['n'] } }),
      node('work', 'probe', { output: { got: '{{input.n}}' }, ...params }),
      node('end', 'end', { outcome: 'worked', output: '{{nodes.work.output}}' }),
    ],
    ['start>work', 'work>end'],
    { settings },
  )

/** start > call > end; the output of the run is that of its child node. */
const caller = (workflowId: string, params: JsonObject = {}, policy: object = {}, edges: readonly string[] = []) =>
  workflow(
    [
      node('start', 'start'),
      withPolicy(node('call', 'child', { workflow: workflowId, input: { n: '{{input.n}}' }, ...params }), policy),
      node('end', 'end', { output: '{{nodes.call.output}}' }),
      ...(edges.length === 0 ? [] : [node('caught', 'end', { outcome: 'caught', output: '{{input}}' })]),
    ],
    ['start>call', 'call>end', ...edges],
  )

/** start > each [ call ] > end */
const loopOf = (workflowId: string, loop: JsonObject) =>
  workflow(
    [
      node('start', 'start'),
      node('each', 'loop', { items: '{{input.list}}', ...loop }),
      { ...node('call', 'child', { workflow: workflowId, input: { n: '{{item}}' } }), parentId: 'each' },
      node('end', 'end', { output: '{{nodes.each.output}}' }),
    ],
    ['start>each', 'each>end'],
  )

async function childrenOf({ handle: { reader } }: SuiteContext, run: DrivenRun): Promise<readonly StoredRun[]> {
  const { items } = await reader.listRuns(run.tenantId, { parentRunId: run.runId, limit: 200 })
  return items
}

/** Resolves with the children of a run once it has requested as many, oldest first. */
async function requested(context: SuiteContext, run: DrivenRun, count = 1): Promise<readonly DrivenRun[]> {
  const events = await run.untilEvent(({ type }) => type === 'child_requested')
  const known = ofType(events, 'child_requested')
  if (known.length < count) {
    await run.untilEvent((event) => event.seq > (events.at(-1)?.seq ?? 0))
    return requested(context, run, count)
  }
  return known.map(({ data }) => context.follow(run, data.waitFor.childRunId))
}

/** Tests of runs that start runs of other workflows. */
export const childTests: SuiteGroup = (context) => {
  const cancel = ({ tenantId, runId }: DrivenRun) => context().handle.engine.cancel(tenantId, runId, ACTOR)

  describe('a child', () => {
    test('is a run of its own, whose end continues its parent with its result', async () => {
      const pin = await context().pin('worker', worker({}))
      const run = await context().start(caller('worker'), { input: { n: 7 }, actor: ACTOR, ...pin })
      expect(await run.ended()).toMatchObject({ status: 'completed', parent: null, rootRunId: run.runId, depth: 0 })
      const [child] = await childrenOf(context(), run)
      expect(child).toMatchObject({
        workflowId: 'worker',
        version: '1',
        mode: 'live',
        status: 'completed',
        outcome: 'worked',
        parent: { runId: run.runId, nodeRunId: 'call', waitId: 'call/1/0' },
        startedBy: { kind: 'run', runId: run.runId },
        rootRunId: run.runId,
        depth: 1,
      })
      expect(await run.output()).toEqual({
        runId: child?.runId,
        status: 'completed',
        outcome: 'worked',
        output: { got: 7 },
      })
      expect(storyOf(await run.events(), 'call')).toEqual([
        'node_scheduled',
        'node_suspended',
        'child_requested',
        'wait_closed',
        'node_scheduled',
        'node_completed',
      ])
      const log = await context().follow(run, `${child?.runId}`).events()
      const principal = { kind: 'user', userId: ACTOR.userId }
      const parent = { runId: run.runId, nodeRunId: 'call' }
      expect(log[0]).toMatchObject({ type: 'run_started', data: { parent, principal } })
      const { items } = await context().handle.reader.listRuns(run.tenantId, { rootRunId: run.runId })
      expect(items.map(({ runId }) => runId).sort()).toEqual([run.runId, `${child?.runId}`].sort())
    })

    test('gives and gets values that are stored apart', async () => {
      const text = 'x'.repeat(40_000)
      const pin = await context().pin('worker', worker({}))
      const run = await context().start(caller('worker'), { input: { n: text }, ...pin })
      await run.ended()
      expect(await run.output()).toMatchObject({ output: { got: text } })
    })

    test('that is not awaited does not hold its parent up, nor end with it', async () => {
      const { probes } = context()
      const pin = await context().pin('worker', worker({ isGated: true }))
      const run = await context().start(caller('worker', { wait: false }), { input: { n: 1 }, ...pin })
      await run.ended()
      const [child] = await childrenOf(context(), run)
      expect(await run.output()).toEqual({ runId: child?.runId, status: 'started', outcome: null, output: null })
      const driven = context().follow(run, `${child?.runId}`)
      await probes.reached(driven.runId, 'work')
      expect(await cancel(run)).toEqual({ outcome: 'closed' })
      probes.open(driven.runId, 'work')
      expect(await driven.ended()).toMatchObject({ status: 'completed', parent: { waitId: null } })
    })

    test('that fails, fails its node, which an error port can handle', async () => {
      const pin = await context().pin('worker', worker({ failure: 'final', failures: 9 }))
      const failing = await context().start(caller('worker'), { input: { n: 1 }, ...pin })
      const ended = await failing.ended()
      const [child] = await childrenOf(context(), failing)
      expect(ended).toMatchObject({
        status: 'failed',
        error: { code: 'CHILD_FAILED', nodeId: 'call', details: { runId: child?.runId, code: 'NODE_PARAMS_INVALID' } },
      })
      const routed = caller('worker', {}, { onError: 'route' }, ['call:error>caught'])
      const caught = await context().start(routed, { input: { n: 1 }, ...pin })
      expect(await caught.ended()).toMatchObject({ status: 'completed', outcome: 'caught' })
    })

    test('that is canceled by itself, fails its node', async () => {
      const pin = await context().pin('worker', worker({ isGated: true }))
      const run = await context().start(caller('worker'), { input: { n: 1 }, ...pin })
      const [child] = await requested(context(), run)
      if (child === undefined) throw new Error('no child')
      await cancel(child)
      expect(await run.ended()).toMatchObject({ status: 'failed', error: { code: 'CHILD_CANCELED', nodeId: 'call' } })
    })

    test('has its own time limit', async () => {
      const pin = await context().pin('worker', worker({ isGated: true }, { timeout: '200ms' }))
      const run = await context().start(caller('worker'), { input: { n: 1 }, ...pin })
      expect(await run.ended()).toMatchObject({
        error: { code: 'CHILD_CANCELED', details: { code: 'RUN_TIMEOUT' } },
      })
    })

    test('is refused with an input that its trigger does not take, or without a version', async () => {
      const pin = await context().pin('worker', worker({}))
      const run = await context().start(caller('worker', { input: {} }), pin)
      expect(await run.ended()).toMatchObject({
        error: { code: 'RUN_INPUT_INVALID', nodeId: 'call', details: { issues: [{ path: ['input'] }] } },
      })
      const unknown = await context().run(caller('other'), { n: 1 })
      expect(await unknown.ended()).toMatchObject({ error: { code: 'SUBWORKFLOW_NOT_PUBLISHED', nodeId: 'call' } })
      expect(await childrenOf(context(), run)).toEqual([])
    })

    test('executes the version that its parent was published with', async () => {
      const first = await context().pin('worker', worker({}))
      const old = caller('worker')
      await context().pin('worker', worker({ output: { got: 'newer' } }), { ...first, version: '2' })
      const run = await context().start(old, { input: { n: 'pinned' }, ...first })
      await run.ended()
      expect(await run.output()).toMatchObject({ output: { got: 'pinned' } })
    })
  })

  describe('children of children', () => {
    /** Pins a chain of workflows, each of which runs the one before; the first one is a probe. */
    async function pinChain(length: number, params: JsonObject) {
      let pin = await context().pin('w0', worker(params))
      for (let index = 1; index < length; index += 1) {
        pin = await context().pin(`w${index}`, caller(`w${index - 1}`), pin)
      }
      return pin
    }

    test('give their results upwards, and are one tree', async () => {
      const pin = await pinChain(3, {})
      const run = await context().start(caller('w2'), { input: { n: 5 }, ...pin })
      expect(await run.ended()).toMatchObject({ status: 'completed' })
      expect(await run.output()).toMatchObject({ output: { output: { output: { got: 5 } } } })
      const { items } = await context().handle.reader.listRuns(run.tenantId, { rootRunId: run.runId })
      expect(items.map(({ depth }) => depth).sort()).toEqual([0, 1, 2, 3])
      expect(new Set(items.map(({ traceId }) => traceId)).size).toBe(1)
    })

    test('are at most 10 below a run', async () => {
      const pin = await pinChain(11, {})
      const run = await context().start(caller('w10'), { input: { n: 5 }, ...pin })
      expect(await run.ended()).toMatchObject({ status: 'failed', error: { code: 'CHILD_FAILED' } })
      const { items } = await context().handle.reader.listRuns(run.tenantId, { rootRunId: run.runId })
      expect(Math.max(...items.map(({ depth }) => depth))).toBe(10)
      expect(items.find(({ depth }) => depth === 10)).toMatchObject({ error: { code: 'SUBWORKFLOW_TOO_DEEP' } })
    })

    test('are canceled with the run above them, which ends last', async () => {
      const { probes } = context()
      const pin = await pinChain(2, { isGated: true })
      const run = await context().start(caller('w1'), { input: { n: 1 }, ...pin })
      const [child] = await requested(context(), run)
      const [grandchild] = child === undefined ? [] : await requested(context(), child)
      if (child === undefined || grandchild === undefined) throw new Error('no children')
      await probes.reached(grandchild.runId, 'work')
      await cancel(run)
      const ends = await Promise.all([run, child, grandchild].map((each) => each.ended()))
      expect(ends).toMatchObject(
        ['user', 'parent', 'parent'].map((reason) => ({ status: 'canceled', error: { details: { reason } } })),
      )
      const [top = 0, middle = 0, leaf = 0] = ends.map(({ finishedAt }) => finishedAt ?? 0)
      expect(top >= middle && middle >= leaf).toBe(true)
      expect(probes.aborted).toContain(`${grandchild.runId}/work`)
      expect(storyOf(await run.events(), 'call').slice(-3)).toEqual([
        'node_cancel_requested',
        'child_cancel_requested',
        'wait_closed',
      ])
    })
  })

  describe('children of a loop', () => {
    test('run as many at the same time as it allows, and keep the order of the items', async () => {
      const { probes } = context()
      const pin = await context().pin('worker', worker({ isGated: true }))
      const list = [...'abcdefg']
      const run = await context().start(loopOf('worker', { concurrency: 5 }), { input: { list }, ...pin })
      const first = await requested(context(), run, 5)
      expect(first).toHaveLength(5)
      for (const child of first) probes.open(child.runId, 'work')
      const all = await requested(context(), run, 7)
      for (const child of all) probes.open(child.runId, 'work')
      await run.ended()
      const { results } = (await run.output()) as { readonly results: readonly { readonly output: Json }[] }
      expect(results.map(({ output }) => output)).toEqual(list.map((got) => ({ got })))
      const parents = (await childrenOf(context(), run)).map(({ parent }) => parent?.nodeRunId)
      expect(parents.sort()).toEqual(list.map((_, index) => `call#${index}`))
    })

    test('are canceled if one fails', async () => {
      const document = worker({ failures: '{{input.n}}', failure: 'final', isGated: '{{input.n == 0}}' })
      const pin = await context().pin('worker', document)
      const run = await context().start(loopOf('worker', { concurrency: 2 }), { input: { list: [0, 9] }, ...pin })
      expect(await run.ended()).toMatchObject({ status: 'failed', error: { code: 'ITERATION_FAILED' } })
      const children = await childrenOf(context(), run)
      expect(children.map(({ status }) => status).sort()).toEqual(['canceled', 'failed'])
    })
  })

  describe('a paused run with a child', () => {
    test('does not pause the child, and continues with its result when it is resumed', async () => {
      const { handle, probes } = context()
      const pin = await context().pin('worker', worker({ isGated: true }))
      const run = await context().start(caller('worker'), { input: { n: 1 }, ...pin })
      const [child] = await requested(context(), run)
      if (child === undefined) throw new Error('no child')
      await handle.engine.pause(run.tenantId, run.runId, ACTOR)
      await run.until('paused')
      probes.open(child.runId, 'work')
      await child.ended()
      await run.untilEvent(({ type }) => type === 'wait_closed')
      expect(await run.until('paused')).toMatchObject({ status: 'paused' })
      await handle.engine.resume(run.tenantId, run.runId, ACTOR)
      expect(await run.ended()).toMatchObject({ status: 'completed' })
    })
  })
}
