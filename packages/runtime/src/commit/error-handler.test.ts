import type { WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type Decision, type Fact, makeValueRef } from '@tenon/core/run'
import { node, workflow } from '@tenon/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { compile } from '../interpreter/compile.ts'
import { createTestNodes } from '../testing/test-nodes.ts'
import type { PrepareChild } from './child-runs.ts'
import { beginHandler } from './error-handler.ts'
import { createPlanCache } from './plan-cache.ts'
import { emptySession, type RunIdentity, type RunSession } from './session.ts'

const { manifest } = createTestNodes().registry
const AT = Date.UTC(2026, 0, 5)
const FAILED = {
  type: 'run_error',
  data: { error: { code: 'NODE_FAILED', message: 'No' }, nodeRunId: 'work' },
} satisfies Decision
const canceled = (reason: 'user' | 'refused' | 'log_full'): Decision => ({ type: 'run_canceled', data: { reason } })

const failing = (settings: WorkflowDocument['settings']) =>
  workflow([node('start', 'start'), node('work', 'probe'), node('end', 'end')], ['start>work', 'work>end'], {
    settings,
  })
const handling = (settings: WorkflowDocument['settings'] = {}, isDisabled = false) =>
  compile(
    workflow([{ ...node('start', 'start'), disabled: isDisabled }, node('end', 'end')], ['start>end'], { settings }),
    manifest,
  )

interface Options {
  readonly identity?: Partial<RunIdentity>
  readonly handler?: WorkflowDocument['settings']['errorHandler']
  readonly hasBegun?: boolean
  readonly input?: string
  readonly isPinned?: boolean
}

/** Creates the session of a run that is about to end. */
function ending({ identity = {}, handler, hasBegun = true, input = 'x', isPinned = true }: Options = {}): RunSession {
  const errorHandler = handler ?? { workflow: 'handler' }
  const pinned = isPinned ? { handler: { version: '3', planHash: 'hash' } } : {}
  const plan = compile(failing({ errorHandler }), manifest, undefined, pinned)
  const cache = createPlanCache({ readPlan: async () => null })
  const run: RunIdentity = {
    ...{ tenantId: 't', runId: 'r', workflowId: 'w', version: '1', mode: 'live', engine: 'embedded', semantics: 1 },
    ...{ parent: null, depth: 0, handles: null },
    ...identity,
  }
  const session = emptySession(run, cache.put('t', plan), cache)
  if (hasBegun) {
    session.beginning = {
      seed: 's',
      trigger: 'start',
      input: makeValueRef({ text: input }),
      startedAt: AT - 1_000,
      principal: null,
    }
  }
  return session
}

const prepared =
  (plan = handling()): PrepareChild =>
  async () => ({ plan, requires: '1.1/hash' })

describe('the run of an error handler', () => {
  const log = vi.fn()
  const begin = (session: RunSession, end: Decision = FAILED, prepareChild = prepared()) =>
    beginHandler(session, [end], AT, { prepareChild, log })

  test('has an id that follows from the run and the time of its end', async () => {
    const [first, second] = [await begin(ending()), await begin(ending())]
    expect(first).toMatchObject({
      workflowId: 'handler',
      trigger: 'start',
      requires: '1.1/hash',
      pinned: { version: '3' },
    })
    expect(second?.runId).toBe(first?.runId)
    expect(Number.parseInt(`${first?.runId.replaceAll('-', '').slice(0, 12)}`, 16)).toBe(AT)
    expect((await begin(ending({ identity: { runId: 'other' } })))?.runId).not.toBe(first?.runId)
  })

  test('names the run above, and leaves out an input that is too large for the log', async () => {
    const parent = { runId: 'above', nodeRunId: 'call', waitId: null }
    const large = await begin(ending({ identity: { parent }, input: 'x'.repeat(20_000) }))
    expect(large?.input.inline).toMatchObject({
      run: { parentId: 'above' },
      node: { id: 'work', type: 'probe' },
      input: { value: null, size: 20_011 },
    })
    // It fits in the log of its run, but not with the other fields.
    const almost = await begin(ending({ input: 'x'.repeat(16_300) }))
    expect(almost?.input.inline).toMatchObject({ input: { value: null, size: 16_311 } })
    expect(almost?.payloads).toEqual([])
  })

  test('names the version to which the run has moved', async () => {
    const session = ending()
    const { planHash } = session.plan
    const started = { planHash, semantics: 1, seed: 's', trigger: 'start', deadlineAt: null, actor: null }
    const move = { requestId: 'q', actor: null, from: '1', version: '2', planHash }
    const facts: readonly Fact[] = [
      { type: 'run_started', data: { ...started, input: makeValueRef({}) } },
      { type: 'migrate_requested', data: move },
      {
        ...{ type: 'node_completed', nodeRunId: 'start' },
        data: { pass: 1, attempt: 1, port: 'success', output: makeValueRef({}), durationMs: 1 },
      },
    ]
    for (const fact of facts) session.machine.apply({ ...fact, at: AT })
    expect((await begin(session))?.input.inline).toMatchObject({ workflow: { id: 'w', version: '2' } })
  })

  test('is started for a run that the system cancels, and for no other cancelation by default', async () => {
    expect((await begin(ending(), canceled('log_full')))?.input.inline).toMatchObject({ run: { status: 'failed' } })
    expect((await begin(ending(), canceled('refused')))?.input.inline).toMatchObject({
      run: { status: 'failed' },
      error: { code: 'APPEND_REFUSED' },
    })
    expect(await begin(ending(), canceled('user'))).toBeNull()
    const whole: Decision = { ...FAILED, data: { ...FAILED.data, nodeRunId: null } }
    expect((await begin(ending(), whole))?.input.inline).toMatchObject({ node: null })
  })

  test.each<[string, Options, Decision]>([
    ['a test run', { identity: { mode: 'test' } }, FAILED],
    ['a run that handles a failure itself', { identity: { handles: 'r0' } }, FAILED],
    ['a run that never began', { hasBegun: false, handler: { workflow: 'handler', onCancel: true } }, canceled('user')],
    ['a run that completes', {}, { type: 'run_completed', data: { outcome: 'completed', endNodeRunId: null } }],
  ])('is not started for %s', async (_, options, end) => {
    expect(await begin(ending(options), end)).toBeNull()
    expect(log).not.toHaveBeenCalled()
  })

  test('waits for no limit if its key has no value', async () => {
    const concurrency = { limit: 1, key: '{{ input.run }}' }
    const plan = handling({ concurrency })
    expect((await begin(ending(), FAILED, prepared(plan)))?.entry).toMatchObject({ limit: null, key: null })
    const byCode = handling({ concurrency: { limit: 1, key: '{{ input.error.code }}' } })
    expect((await begin(ending(), FAILED, prepared(byCode)))?.entry).toMatchObject({ limit: 1, key: 'NODE_FAILED' })
  })

  test('keeps no run from ending if its version cannot be run, but waits for the database', async () => {
    const failure = (code: 'UNAVAILABLE' | 'RUN_LOG_GAP') => () => Promise.reject(new TenonError(code, 'No'))
    await expect(begin(ending(), FAILED, failure('UNAVAILABLE'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    const refusals: readonly [RunSession, PrepareChild, string][] = [
      [ending(), failure('RUN_LOG_GAP'), 'RUN_LOG_GAP'],
      [ending(), async () => Promise.reject(new Error('22P05')), 'INTERNAL'],
      [ending(), async () => null, 'SUBWORKFLOW_NOT_PUBLISHED'],
      [ending(), prepared(handling({}, true)), 'SUBWORKFLOW_NOT_PUBLISHED'],
      [ending({ isPinned: false }), prepared(), 'SUBWORKFLOW_NOT_PUBLISHED'],
    ]
    for (const [session, prepareChild, code] of refusals) {
      log.mockClear()
      expect(await begin(session, FAILED, prepareChild)).toBeNull()
      const message = 'run.handler_not_started: its version cannot be run'
      expect(log.mock.calls).toEqual([['error', message, { runId: 'r', workflowId: 'handler', code }]])
    }
  })
})
