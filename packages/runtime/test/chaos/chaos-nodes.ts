import { appendFileSync } from 'node:fs'
import { TenonError } from '@tenon/core/errors'
import {
  createNodeRegistry,
  defineNode,
  implementNode,
  type NodeCall,
  type NodeContext,
  type NodeRegistry,
} from '@tenon/core/node'
import { z } from 'zod'
import { createEgress } from '../../src/egress/egress.ts'
import type { PostgresLogin } from '../../src/egress/logins.ts'
import { inlineNodes } from '../../src/testing/test-nodes.ts'
import { runOddBody } from './odd-bodies.ts'
import type { Effect } from './protocol.ts'

const common = {
  version: 1,
  description: 'For chaos tests',
  icon: 'M4 12h16',
  category: 'action',
  summary: 'A node of the chaos tests',
  effect: 'write',
  // Each line that a body writes carries its idempotency key, so that a repeated one can be distinguished from the first.
  idempotentWhen: 'true',
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.record(z.string(), z.unknown()) },
} as const

const effect = defineNode({
  ...common,
  type: 'effect',
  title: 'Effect',
  params: z.object({
    /** Length of the body, in milliseconds. */
    ms: z.number().default(0),
    /** Ends when the test opens the gates of the process. */
    isGated: z.boolean().default(false),
    /** Attempts that fail before one succeeds. */
    failures: z.number().default(0),
    /** Computes for `ms` without yielding to anything else in its process. */
    blocks: z.boolean().default(false),
    /** Continues after it was aborted. */
    ignoresAbort: z.boolean().default(false),
    /** Size of a text in the output, in characters. */
    outputSize: z.number().default(0),
    output: z.record(z.string(), z.unknown()).default({}),
  }),
})

const odd = defineNode({ ...common, type: 'odd', title: 'Odd', params: z.object({ how: z.string() }) })

const store = defineNode({
  ...common,
  type: 'store',
  title: 'Store',
  params: z.object({
    /** Database with a table `written`. */
    url: z.string(),
    /** Time from the commit there to the end of the body, in milliseconds. */
    ms: z.number(),
  }),
})

const agent = defineNode({
  ...common,
  type: 'agent',
  title: 'Agent',
  effect: 'none',
  calls: [{ type: 'effect', version: 1 }],
  params: z.object({}),
})

/** Calls of each pass of an agent but the last: two at a time, of which one fails twice, one to approve, and one more. */
const ROUNDS: readonly (readonly Omit<NodeCall, 'nodeType' | 'typeVersion' | 'title'>[])[] = [
  [
    { callId: 'quick', params: { ms: 10 } },
    {
      callId: 'shaky',
      params: { ms: 10, failures: 2 },
      policy: { retry: { initialInterval: '100ms', backoffCoefficient: 1, maximumAttempts: 20 } },
    },
  ],
  [{ callId: 'ask', params: { ms: 10 }, approval: {} }],
  [{ callId: 'last', params: { ms: 10 } }],
]

/** Node types of the chaos tests, and the gates that hold gated bodies. */
export interface ChaosNodes {
  readonly registry: NodeRegistry
  openGates(): void
}

/**
 * Creates the node types of a worker process; each body records what it does in the effects file.
 *
 * @param known - Types that the process has; `null` for all.
 */
export function createChaosNodes(effects: string, known: readonly string[] | null): ChaosNodes {
  let openGates = (): void => undefined
  const gates = new Promise<void>((resolve) => {
    openGates = resolve
  })
  const recorder =
    ({ runId, nodeRunId, attempt, idempotencyKey: key }: NodeContext) =>
    (what: Effect['what']): void => {
      const line: Effect = { what, runId, nodeRunId, attempt, key, pid: process.pid }
      appendFileSync(effects, `${JSON.stringify(line)}\n`)
    }
  const egress = createEgress({ allow: ['127.0.0.1/32'] })
  const nodes = [
    ...inlineNodes(),
    implementNode(effect, async (context) => {
      const { params, attempt, runId, nodeRunId, abortSignal } = context
      const record = recorder(context)
      record('begin')
      const waits = params.isGated ? gates : passTime(params.ms, params.blocks)
      try {
        await (params.ignoresAbort ? waits : Promise.race([waits, aborted(abortSignal)]))
      } catch (error) {
        record('abort')
        throw error
      }
      record('end')
      if (attempt <= params.failures) throw new TenonError('HTTP_FAILED', `Attempt ${attempt} fails`)
      const text = params.outputSize === 0 ? {} : { text: `${runId}/${nodeRunId}/`.padEnd(params.outputSize, 'x') }
      return { port: 'success', output: { [nodeRunId]: attempt, ...params.output, ...text } }
    }),
    implementNode(agent, async ({ resume }) => {
      const round = resume?.kind === 'calls' ? Number(resume.state?.value) + 1 : 0
      const next = ROUNDS[round]
      const ended = resume?.kind === 'calls' ? resume.results.map(({ callId, status }) => `${callId} ${status}`) : []
      if (next === undefined) return { port: 'success', output: { ended } }
      const calls = next.map((call) => ({ ...call, nodeType: 'effect', typeVersion: 1, title: call.callId }))
      return { suspend: { kind: 'calls', mode: 'all', calls, state: { version: 1, value: round } } }
    }),
    implementNode(store, async ({ params, tenantId, runId, idempotencyKey, abortSignal }) => {
      const { hostname, port, pathname, username } = new URL(params.url)
      const login: PostgresLogin = {
        ...{ kind: 'postgres', host: hostname, port: Number(port), database: pathname.slice(1), user: username },
        ...{ password: '', access: 'insert', tls: 'off', ca: null },
      }
      const { rowCount, isRepeated } = await egress.sql.write(
        { tenantId, login },
        {
          ...{ sql: 'insert into written (run_id) values (:run_id)', values: { run_id: runId }, maxRows: 1 },
          completionKey: idempotencyKey,
        },
        { abortSignal, timeoutMs: null },
      )
      await passTime(params.ms, false)
      return { port: 'success', output: { rowCount, isRepeated } }
    }),
    implementNode(odd, async (context) => {
      recorder(context)('begin')
      try {
        return await runOddBody(context.params.how, context)
      } finally {
        recorder(context)('end')
      }
    }),
  ]
  const isKnown = (type: string): boolean => known === null || known.includes(type)
  // A type that calls others needs those.
  const has = ({ definition: { type, calls = [] } }: (typeof nodes)[number]): boolean =>
    isKnown(type) && calls.every((callee) => isKnown(callee.type))
  return { registry: createNodeRegistry(nodes.filter(has)), openGates }
}

async function passTime(ms: number, blocks: boolean): Promise<void> {
  if (!blocks) {
    await new Promise((resolve) => setTimeout(resolve, ms))
    return
  }
  const endsAt = performance.now() + ms
  while (performance.now() < endsAt);
}

function aborted(abortSignal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (abortSignal.aborted) reject(abortSignal.reason)
    abortSignal.addEventListener('abort', () => reject(abortSignal.reason), { once: true })
  })
}
