import { durationToMs, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type AnyNodeImplementation,
  createNodeRegistry,
  defineNode,
  implementInlineNode,
  type NodeRegistry,
  type Resume,
} from '@tenon/core/node'
import { ALL_PORTS } from '@tenon/core/run'
import { z } from 'zod'
import { callerNode } from './caller-node.ts'
import { probeNode } from './probe-node.ts'
import { createProbes, type Probes } from './probes.ts'
import { anything, common } from './test-node-fields.ts'
import { toolCallerNode } from './tool-caller-node.ts'

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

const respond = defineNode({
  ...common,
  type: 'respond',
  title: 'Respond',
  control: 'respond',
  inline: true,
  params: z.object({ response: z.unknown() }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: anything },
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

const QUESTION = { kind: 'approval', message: '', choices: ['approve', 'reject'], approvers: {} } as const

/** Creates control and inline nodes, and `probe`, whose params control its body. */
export function createTestNodes(): { readonly registry: NodeRegistry; readonly probes: Probes } {
  const probes = createProbes()
  return {
    registry: createNodeRegistry([...inlineNodes(), probeNode(probes), callerNode(probes), toolCallerNode]),
    probes,
  }
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
    implementInlineNode(respond, ({ response }) => ({ port: 'success', output: { response } })),
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
