import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type AnyNodeImplementation, defineNode, fileRefSchema, implementNode } from '@tenon/core/node'
import { z } from 'zod'
import type { ProbeRecorder } from './probes.ts'
import { anything, common } from './test-node-fields.ts'

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
    /** A connection, as {@link testConnections} opens it. */
    connection: z.string().optional().meta({ control: 'connection', literal: true }),
    /** Writes to the database of its connection, or sends an email by its mail server, and returns the answer. */
    account: z.enum(['none', 'sql', 'mail']).default('none'),
    /** A data table to which it adds a row, after it has added 1 to the key of the same name. */
    table: z.string().optional(),
    /** A file that it reads, and stores again in capital letters as `copy`. */
    file: fileRefSchema.optional(),
    /** Any value, to make the params large. */
    extra: z.unknown().optional(),
  }),
  ports: [
    { name: 'success', title: 'success' },
    { name: 'other', title: 'other' },
  ],
  outputs: { success: anything, other: z.object({}).loose() },
  tool: { name: 'probe', description: 'Probes' },
})

/** Creates the node whose params control its body, and that records its calls. */
export function probeNode(probes: ProbeRecorder): AnyNodeImplementation {
  return implementNode(probe, async ({ params, resume, ...context }) => {
    const { runId, nodeRunId, attempt, idempotencyKey, abortSignal } = context
    probes.record({ runId, nodeRunId, attempt, idempotencyKey, params })
    abortSignal.addEventListener('abort', () => probes.recordAbort(runId, nodeRunId), { once: true })
    for (const line of params.logs) context.log('info', line, { attempt })
    for (const tool of params.tools) context.toolCall({ tool, arguments: { attempt }, answer: 'done', durationMs: 1 })
    const made: Record<string, Json> = {}
    for (const key of params.durable) made[key] = await context.durable(key, async () => ({ madeBy: attempt }))
    if (params.account === 'sql') {
      const statement = { sql: 'select 1', values: {}, maxRows: 1, completionKey: idempotencyKey }
      made.rows = [...(await context.sql.write(statement)).rows]
    }
    if (params.account === 'mail') {
      const mail = { from: 'a@a.example', to: ['b@b.example'], subject: 's', text: 't', idempotencyKey }
      made.messageId = (await context.mail.send(mail)).messageId
    }
    if (params.table !== undefined) {
      const { table } = params
      const add = { kind: 'increment', key: table, amount: 1 } as const
      made.count = (await context.keyValues.change(add, `${idempotencyKey}/count`)).value
      const change = { kind: 'insert', rows: [{ n: 7 }] } as const
      made.rows = [...(await context.tables.write({ table, change, completionKey: idempotencyKey })).rows]
    }
    if (params.file !== undefined) {
      const text = new TextDecoder().decode(await context.files.read(params.file, 1_000))
      made.copy = await context.files.put(text.toUpperCase(), { name: 'copy.txt', type: 'text/plain' })
    }
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
