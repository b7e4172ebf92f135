import type { JsonObject, JsonSchema, WorkflowDocument } from '@tenon/core/document'
import { HANDLER_INPUT_SCHEMA } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import type { DrivenRun } from '../run-driver.ts'
import type { SuiteGroup } from './suite-context.ts'

const ACTOR = { userId: 'ann', displayName: 'Ann' }

/** start > work > end, with a probe and an error handler. */
const working = (params: JsonObject, settings: WorkflowDocument['settings'] = {}) =>
  workflow([node('start', 'start'), node('work', 'probe', params), node('end', 'end')], ['start>work', 'work>end'], {
    settings: { errorHandler: { workflow: 'handler' }, ...settings },
  })

/** start > end; the output of the run is its input. */
const handling = (inputSchema: JsonSchema, settings: WorkflowDocument['settings'] = {}) =>
  workflow([node('start', 'start', { inputSchema }), node('end', 'end', { output: '{{input}}' })], ['start>end'], {
    settings,
  })

/** Tests of runs that handle the failure of other runs. */
export const errorHandlerTests: SuiteGroup = (context) => {
  /** Returns the run that handles an ended run; `null` without one. */
  async function handlerOf(run: DrivenRun): Promise<DrivenRun | null> {
    const { handledBy } = await run.ended()
    return handledBy === null ? null : context().follow(run, handledBy)
  }

  async function startAndCancel(document: WorkflowDocument, pin: Parameters<typeof start>[1]): Promise<DrivenRun> {
    const run = await start(document, pin)
    await context().probes.reached(run.runId, 'work')
    await context().handle.engine.cancel(run.tenantId, run.runId, ACTOR)
    return run
  }

  const start = (document: WorkflowDocument, pin: Awaited<ReturnType<ReturnType<typeof context>['pin']>>) =>
    context().start(document, { input: { n: 7 }, actor: ACTOR, ...pin })

  describe('an error handler', () => {
    test('is started by a run that fails, as a run of its own with the failure as its input', async () => {
      const pin = await context().pin('handler', handling(HANDLER_INPUT_SCHEMA))
      const run = await start(working({ failure: 'final', failures: 9 }), pin)
      const ended = await run.ended()
      const handler = await handlerOf(run)
      if (handler === null) throw new Error('no handler')
      expect(await handler.ended()).toMatchObject({
        ...{ workflowId: 'handler', version: '1', status: 'completed', traceId: ended.traceId },
        ...{ handles: run.runId, handledBy: null, parent: null, rootRunId: handler.runId, depth: 0 },
        startedBy: { kind: 'failure', runId: run.runId },
      })
      expect(await handler.output()).toEqual({
        workflow: { id: 'workflow', version: '1' },
        run: {
          ...{ id: run.runId, status: 'failed', parentId: null },
          startedAt: new Date(ended.startedAt ?? 0).toISOString(),
          finishedAt: new Date(ended.finishedAt ?? 0).toISOString(),
        },
        error: { code: 'NODE_PARAMS_INVALID', message: ended.error?.message, remedy: ended.error?.remedy ?? null },
        node: { id: 'work', name: 'work', type: 'probe', nodeRunId: 'work' },
        input: { value: { n: 7 }, size: 7 },
      })
      const [first] = await handler.events()
      expect(first).toMatchObject({
        type: 'run_started',
        data: { handles: run.runId, principal: { userId: ACTOR.userId } },
      })
      // Neither a child nor a second one.
      const { items } = await context().handle.reader.listRuns(run.tenantId, {})
      expect(items).toHaveLength(2)
    })

    test('handles a time limit and a cancelation only if it is to', async () => {
      const pin = await context().pin('handler', handling({}))
      const errorHandler = { workflow: 'handler', onCancel: true, onTimeout: true }
      const [canceled, unhandled, timedOut, completed] = await Promise.all([
        startAndCancel(working({ isGated: true }, { errorHandler }), pin),
        startAndCancel(working({ isGated: true }), pin),
        start(working({ isGated: true }, { errorHandler, timeout: '150ms' }), pin),
        start(working({}, { errorHandler }), pin),
      ])
      const handlers = await Promise.all([canceled, timedOut].map(handlerOf))
      const outputs = await Promise.all(
        handlers.map(async (handler) => {
          await handler?.ended()
          return handler?.output()
        }),
      )
      expect(outputs).toMatchObject([
        { run: { status: 'canceled' }, error: { code: 'RUN_CANCELED' }, node: null },
        { run: { status: 'timed_out' }, error: { code: 'RUN_TIMEOUT' }, node: null },
      ])
      expect(await Promise.all([unhandled, completed].map(handlerOf))).toEqual([null, null])
    })

    test('that refuses its input fails itself, and its failure is not handled', async () => {
      const first = await context().pin('handler', handling({}))
      const own = { errorHandler: { workflow: 'handler' } }
      const refusing = handling({ type: 'object', properties: { error: { enum: ['none'] } } }, own)
      const pin = await context().pin('handler', refusing, { ...first, version: '2' })
      const handler = await handlerOf(await start(working({ failure: 'final', failures: 9 }), pin))
      expect(await handler?.ended()).toMatchObject({
        ...{ status: 'failed', handledBy: null },
        error: { code: 'RUN_INPUT_INVALID', nodeId: 'start', details: { issues: [{ path: ['input', 'error'] }] } },
      })
    })
  })
}
