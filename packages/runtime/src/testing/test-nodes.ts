import { durationToMs, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type AnyNodeImplementation,
  createNodeRegistry,
  defineNode,
  implementInlineNode,
  implementNode,
  type NodeRegistry,
  type Resume,
} from '@tenon/core/node'
import { ALL_PORTS } from '@tenon/core/run'
import { z } from 'zod'
import { createProbes, type ProbeRecorder, type Probes } from './probes.ts'

const common = {
  version: 1,
  description: 'For tests',
  icon: 'M4 12h16',
  category: 'flow',
  effect: 'none',
  summary: 'A test node',
} as const

const anything = z.record(z.string(), z.unknown())

const start = defineNode({
  ...common,
  type: 'start',
  title: 'Start',
  category: 'trigger',
  control: 'trigger',
  inline: true,
  params: z.object({ inputSchema: anything.optional() }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: anything },
})

const end = defineNode({
  ...common,
  type: 'end',
  title: 'End',
  control: 'end',
  inline: true,
  params: z.object({ outcome: z.string().default('completed'), output: z.unknown().default('{{input}}') }),
  ports: [],
  outputs: { end: z.unknown() },
})

const set = defineNode({
  ...common,
  type: 'set',
  title: 'Set',
  inline: true,
  params: z.object({ fields: anything.default({}) }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: anything },
})

const choose = defineNode({
  ...common,
  type: 'if-else',
  title: 'If',
  inline: true,
  params: z.object({ when: z.boolean() }),
  ports: [
    { name: 'true', title: 'true' },
    { name: 'false', title: 'false' },
  ],
  outputs: { true: anything, false: anything },
})

const fork = defineNode({
  ...common,
  type: 'fork',
  title: 'Fork',
  control: 'fork',
  inline: true,
  params: z.object({ branches: z.array(z.object({ id: z.string() })) }),
  ports: [{ each: 'params.branches', id: 'id', title: 'id' }],
  outputs: { '*': anything },
})

const join = defineNode({
  ...common,
  type: 'join',
  title: 'Join',
  control: 'join',
  inline: true,
  params: z.object({}),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: anything },
})

const loop = defineNode({
  ...common,
  type: 'loop',
  title: 'Loop',
  control: 'loop',
  inline: true,
  params: z.object({
    items: z.array(z.unknown()),
    concurrency: z.number().default(1),
    onFailure: z.enum(['fail', 'collect', 'ignore']).default('fail'),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      results: z.array(z.unknown()),
      failed: z.array(z.number()),
      stoppedAt: z.number().optional(),
    }),
  },
})

const repeat = defineNode({
  ...common,
  type: 'repeat',
  title: 'Repeat',
  control: 'loop',
  inline: true,
  params: z.object({
    /** Reads the condition after each round, not before it. */
    isAfter: z.boolean().default(false),
    condition: z
      .boolean()
      .optional()
      .meta({ late: { param: 'isAfter', in: [true] } }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({ last: z.unknown(), rounds: z.number() }) },
})

const attempt = defineNode({
  ...common,
  type: 'try',
  title: 'Try',
  control: 'scope',
  inline: true,
  params: z.object({}),
  ports: [
    { name: 'success', title: 'success' },
    { name: 'failed', title: 'failed' },
  ],
  outputs: { success: z.object({ result: z.unknown() }), failed: anything },
})

const leaving = (['break', 'continue'] as const).map((control) =>
  defineNode({
    ...common,
    type: control,
    title: control,
    control,
    inline: true,
    params: z.object({ result: z.unknown().optional() }),
    ports: [],
    outputs: { end: z.unknown() },
  }),
)

const child = defineNode({
  ...common,
  type: 'child',
  title: 'Child',
  control: 'child',
  inline: true,
  params: z.object({
    workflow: z.string().meta({ literal: true }),
    input: anything.default({}),
    wait: z.boolean().default(true),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: anything },
})

const delay = defineNode({
  ...common,
  type: 'delay',
  title: 'Delay',
  control: 'delay',
  inline: true,
  params: z.object({ duration: z.string() }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: anything },
})

const awaitEvent = defineNode({
  ...common,
  type: 'wait-for-event',
  title: 'Event',
  control: 'event',
  inline: true,
  params: z.object({
    eventName: z.string(),
    key: z.string(),
    schema: anything.default({ type: 'object', properties: {} }).meta({ literal: true }),
    timeout: z.string().optional(),
  }),
  ports: [
    { name: 'success', title: 'success' },
    { name: 'timeout', title: 'timeout' },
  ],
  outputs: { success: anything, timeout: anything },
})

const awaitCallback = defineNode({
  ...common,
  type: 'wait-for-callback',
  title: 'Callback',
  control: 'callback',
  inline: true,
  params: z.object({ timeout: z.string().optional() }),
  ports: [
    { name: 'success', title: 'success' },
    { name: 'timeout', title: 'timeout' },
  ],
  outputs: { success: anything, timeout: anything },
})

const approval = defineNode({
  ...common,
  type: 'approval',
  title: 'Approval',
  control: 'approval',
  inline: true,
  params: z.object({ title: z.string(), required: z.number().default(1), timeout: z.string().optional() }),
  ports: [
    { name: 'approve', title: 'approve' },
    { name: 'reject', title: 'reject' },
    { name: 'timeout', title: 'timeout' },
  ],
  outputs: { approve: anything, reject: anything, timeout: anything },
})

const probe = defineNode({
  ...common,
  type: 'probe',
  title: 'Probe',
  effect: 'write',
  idempotentWhen: 'params.isIdempotent',
  params: z.object({
    output: anything.default({}),
    port: z.enum(['success', 'other']).default('success'),
    /** True if its write may be repeated. */
    isIdempotent: z.boolean().default(true),
    /** Waits until the test opens its gate. */
    isGated: z.boolean().default(false),
    /** Waits at its gate even after it was aborted. */
    ignoresAbort: z.boolean().default(false),
    /** Attempts that fail before one succeeds. */
    failures: z.number().default(0),
    /** Calls of the node run that fail, in all passes. */
    failedCalls: z.number().default(0),
    failure: z.enum(['coded', 'final', 'plain', 'value', 'output']).default('coded'),
    /** Never ends by itself, and ignores its signal. */
    isStuck: z.boolean().default(false),
    logs: z.array(z.string()).default([]),
    tools: z.array(z.string()).default([]),
    /** Reported tokens of a model. */
    tokens: z.number().optional(),
    /** Keys of durable calls; the output counts how often they were executed. */
    durable: z.array(z.string()).default([]),
    /** Number of heartbeats, 50 ms apart, before it continues. */
    beats: z.number().default(0),
    /** Suspends in its first pass. */
    waitMs: z.number().optional(),
    /** A URL, for which values are encoded. */
    url: z.string().optional().meta({ sink: 'url' }),
    /** Any value, to make the params large. */
    extra: z.unknown().optional(),
  }),
  ports: [
    { name: 'success', title: 'success' },
    { name: 'other', title: 'other' },
  ],
  outputs: { success: anything, other: z.object({}).loose() },
})

const QUESTION = { kind: 'approval', message: '', choices: ['approve', 'reject'], approvers: {} } as const

/** Creates control and inline nodes, and `probe`, whose params control its body. */
export function createTestNodes(): { readonly registry: NodeRegistry; readonly probes: Probes } {
  const probes = createProbes()
  return { registry: createNodeRegistry([...inlineNodes(), probeNode(probes)]), probes }
}

/** Returns the control nodes and inline nodes of tests: start, end, set, if-else, fork, join, loop, repeat, try, break, continue, child, delay, waits for events and callbacks, and approval. */
export function inlineNodes(): readonly AnyNodeImplementation[] {
  return [
    implementInlineNode(start, () => ({ port: 'success', output: {} })),
    implementInlineNode(end, ({ output }) => ({ port: 'end', output })),
    implementInlineNode(set, ({ fields }) => ({ port: 'success', output: fields })),
    implementInlineNode(choose, ({ when }) => ({ port: when ? 'true' : 'false', output: { chosen: when } })),
    implementInlineNode(fork, () => ({ port: ALL_PORTS, output: {} })),
    implementInlineNode(join, () => ({ port: 'success', output: {} })),
    implementInlineNode(loop, ({ items, concurrency, onFailure }, { iterations, stoppedAt }) => {
      if (iterations === null) {
        return {
          suspend: {
            kind: 'iterations',
            items: items as Json[],
            count: items.length,
            concurrency,
            onFailure,
            keep: 'all',
          },
        }
      }
      const failed = iterations.filter(({ error }) => error !== null)
      if (failed.length > 0 && onFailure === 'fail') {
        throw new TenonError('ITERATION_FAILED', `Item ${failed[0]?.index} failed: ${failed[0]?.error?.code}`)
      }
      const results = iterations.map(({ output }) => output)
      const stopped = stoppedAt === null ? {} : { stoppedAt }
      return { port: 'success', output: { results, failed: failed.map(({ index }) => index), ...stopped } }
    }),
    implementInlineNode(repeat, ({ condition }, { iterations, stoppedAt }) => {
      const last = iterations?.at(-1) ?? null
      if (last !== null && last.error !== null) throw new TenonError('ITERATION_FAILED', last.error.message)
      const rounds = last === null ? 0 : last.index + 1
      if (condition === false || stoppedAt !== null)
        return { port: 'success', output: { last: last?.output ?? null, rounds } }
      const round = { items: null, count: rounds + 1, concurrency: 1, onFailure: 'fail', keep: 'last' } as const
      return { suspend: { kind: 'iterations', ...round } }
    }),
    implementInlineNode(attempt, (_params, { iterations }) => {
      const [ended] = iterations ?? []
      const once = { items: null, count: 1, concurrency: 1, onFailure: 'collect', keep: 'last' } as const
      if (ended === undefined) return { suspend: { kind: 'iterations', ...once } }
      if (ended.error !== null) return { port: 'failed', output: { code: ended.error.code } }
      return { port: 'success', output: { result: ended.output } }
    }),
    ...leaving.map((definition) =>
      implementInlineNode(definition, ({ result = null }) => ({ port: 'end', output: result })),
    ),
    implementInlineNode(child, ({ workflow, input, wait }, { child: result }) => {
      if (result === null) return { suspend: { kind: 'child', workflowId: workflow, input: input as Json, wait } }
      const { error, ...output } = result
      if (error === null) return { port: 'success', output }
      const code = result.status === 'failed' ? 'CHILD_FAILED' : 'CHILD_CANCELED'
      throw new TenonError(code, error.message, { details: { runId: result.runId, code: error.code } })
    }),
    implementInlineNode(delay, ({ duration }, { now, resume }) =>
      resume === null
        ? { suspend: { kind: 'time', dueAt: now + durationToMs(duration) } }
        : { port: 'success', output: { waited: resume.kind } },
    ),
    implementInlineNode(awaitEvent, ({ eventName: name, key, schema, timeout }, { now, resume }) =>
      resume === null
        ? { suspend: { kind: 'event', name, key, schema: schema as JsonObject, dueAt: dueAtOf(timeout, now) } }
        : received(resume),
    ),
    implementInlineNode(awaitCallback, ({ timeout }, { now, resume }) =>
      resume === null
        ? { suspend: { kind: 'callback', schema: null, dueAt: dueAtOf(timeout, now) } }
        : received(resume),
    ),
    implementInlineNode(approval, ({ title, required, timeout }, { now, resume }) => {
      if (resume === null) {
        const dueAt = timeout === undefined ? null : now + durationToMs(timeout)
        return { suspend: { ...QUESTION, title, required, evidence: { title }, dueAt } }
      }
      const port = resume.kind === 'approval' && resume.choice === 'approve' ? 'approve' : 'reject'
      return { port: resume.kind === 'timeout' ? 'timeout' : port, output: { decided: resume.kind } }
    }),
  ]
}

function dueAtOf(timeout: string | undefined, now: number): number | null {
  return timeout === undefined ? null : now + durationToMs(timeout)
}

function received(resume: Resume) {
  return resume.kind === 'event'
    ? ({ port: 'success', output: { got: resume.payload } } as const)
    : ({ port: 'timeout', output: { got: resume.kind } } as const)
}

function probeNode(probes: ProbeRecorder): AnyNodeImplementation {
  return implementNode(probe, async ({ params, resume, ...context }) => {
    const { runId, nodeRunId, attempt, idempotencyKey, abortSignal } = context
    probes.record({ runId, nodeRunId, attempt, idempotencyKey, params })
    abortSignal.addEventListener('abort', () => probes.recordAbort(runId, nodeRunId), { once: true })
    for (const line of params.logs) context.log('info', line, { attempt })
    for (const tool of params.tools) context.toolCall({ tool, arguments: { attempt }, answer: 'done', durationMs: 1 })
    const made: Record<string, Json> = {}
    for (const key of params.durable) made[key] = await context.durable(key, async () => ({ madeBy: attempt }))
    for (let beat = 0; beat < params.beats; beat += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      context.heartbeat()
    }
    const gateSignal = params.ignoresAbort ? new AbortController().signal : abortSignal
    if (params.isGated) await probes.pass(runId, nodeRunId, gateSignal)
    if (params.isStuck) await new Promise(() => undefined)
    const isFailing = attempt <= params.failures || probes.callsOf(runId, nodeRunId).length <= params.failedCalls
    if (isFailing) fail(params.failure, attempt)
    if (params.waitMs !== undefined && resume === null) {
      return { suspend: { kind: 'time', dueAt: Date.now() + params.waitMs } }
    }
    const output = { ...params.output, ...made, ...(resume === null ? {} : { resumed: resume.kind }) }
    if (params.failure === 'output') return { port: 'success', output: { bad: Number.NaN } }
    const { port, tokens } = params
    if (tokens === undefined) return { port, output }
    return { port, output, usage: { model: 'test-model', inputTokens: 2, outputTokens: tokens } }
  })
}

function fail(failure: 'coded' | 'final' | 'plain' | 'value' | 'output', attempt: number): void {
  if (failure === 'coded') throw new TenonError('HTTP_FAILED', `Attempt ${attempt} fails`)
  if (failure === 'final') throw new TenonError('NODE_PARAMS_INVALID', 'Fails for good', { details: { attempt } })
  if (failure === 'plain') throw new RangeError('password=hunter2')
  if (failure === 'value') throw 'a text'
}
