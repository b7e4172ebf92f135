import { TenonError } from '@tenon/core/errors'
import { createNodeRegistry, defineNode, implementNode, type NodeCall, type NodeRegistry } from '@tenon/core/node'
import { z } from 'zod'
import { inlineNodes } from '../../src/testing/test-nodes.ts'
import type { World } from './world.ts'

const common = {
  version: 1,
  description: 'For simulations',
  icon: 'M4 12h16',
  category: 'action',
  summary: 'A node of a simulation',
  effect: 'write',
  idempotentWhen: 'true',
} as const

const work = defineNode({
  ...common,
  type: 'work',
  title: 'Work',
  params: z.object({
    /** True for a body that always succeeds in the end: one that undoes another. */
    isSure: z.boolean().default(false),
    /** True for a body that always fails for good: what was done before is undone. */
    isFailing: z.boolean().default(false),
    reads: z.unknown().optional(),
  }),
  ports: [
    { name: 'success', title: 'success' },
    { name: 'other', title: 'other' },
  ],
  outputs: { success: z.record(z.string(), z.unknown()), other: z.record(z.string(), z.unknown()) },
})

const agent = defineNode({
  ...common,
  type: 'agent',
  title: 'Agent',
  calls: [
    { type: 'work', version: 1 },
    { type: 'agent', version: 1 },
    { type: 'child', version: 1 },
  ],
  params: z.object({
    /** Passes that call others. */
    rounds: z.number().default(0),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.record(z.string(), z.unknown()) },
})

/** A call of a body, in the order of all calls of a simulation. */
export interface BodyCall {
  readonly runId: string
  readonly nodeRunId: string
  readonly attempt: number
  readonly idempotencyKey: string
}

/** The simulation that runs now. */
export interface Stage {
  readonly world: World
  readonly calls: BodyCall[]
}

const LONGEST_BODY_MS = 20_000

/**
 * Creates the node types of simulations, which take long to make. The body of `work` draws its end: it succeeds, fails,
 * waits, computes for long, or ignores that it is aborted.
 */
export function createSimulatedNodes(stage: () => Stage): NodeRegistry {
  const body = implementNode(work, async ({ params, resume, ...context }) => {
    const { runId, nodeRunId, attempt, idempotencyKey, abortSignal } = context
    const { world, calls } = stage()
    const pause = (ms: number) => new Promise<void>((resolve) => void world.setTimer(resolve, ms, false))
    calls.push({ runId, nodeRunId, attempt, idempotencyKey })
    const dice = world.pick(20)
    if (dice < 3) await pause(world.pick(LONGEST_BODY_MS))
    else if (dice < 6) await stoppedOr(abortSignal, pause(world.pick(LONGEST_BODY_MS)))
    else await world.later()
    if (dice === 7) context.log('info', 'working', { attempt })
    if (dice === 8) await context.durable('once', async () => ({ attempt }))
    const fate = world.pick(params.isSure ? 40 : 12)
    if (params.isFailing) throw new TenonError('NODE_PARAMS_INVALID', 'The node fails for good')
    if (fate === 0) throw new TenonError('HTTP_FAILED', 'The attempt fails')
    if (fate === 1 && !params.isSure) throw new TenonError('NODE_PARAMS_INVALID', 'The node fails for good')
    if (fate === 2 && resume === null && !params.isSure) {
      return { suspend: { kind: 'time', dueAt: world.now + world.pick(30_000) } }
    }
    // Some values are stored beside the log.
    const large = world.pick(30) === 0 ? { text: 'x'.repeat(17_000) } : {}
    return { port: 'success', output: { [nodeRunId]: attempt, ...large } }
  })
  const calling = implementNode(agent, async ({ params, resume, ...context }) => {
    const { runId, nodeRunId, attempt, idempotencyKey } = context
    const { world, calls } = stage()
    calls.push({ runId, nodeRunId, attempt, idempotencyKey })
    await world.later()
    if (world.pick(12) === 0) throw new TenonError('HTTP_FAILED', 'The attempt fails')
    const round = resume?.kind === 'calls' ? Number(resume.state?.value) + 1 : 0
    if (round >= params.rounds) return { port: 'success', output: { round } }
    const mode = world.pick(3) === 0 ? 'any' : 'all'
    return { suspend: { kind: 'calls', mode, calls: randomCalls(world.pick), state: { version: 1, value: round } } }
  })
  return createNodeRegistry([...inlineNodes(), body, calling])
}

/** Draws the calls of a pass: bodies with policies of their own, some after an approval, some that call others or run a workflow. */
function randomCalls(pick: (choices: number) => number): readonly NodeCall[] {
  return Array.from({ length: 1 + pick(3) }, (_, index): NodeCall => {
    const callId = `c${index}`
    const named = { callId, typeVersion: 1, title: `Call ${callId}` }
    if (pick(8) === 0) return { ...named, nodeType: 'agent', params: { rounds: pick(2) } }
    if (pick(8) === 0) {
      // Half of the versions do not contain it: the call fails.
      const params = { workflow: 'below', wait: pick(4) > 0 }
      return { ...named, nodeType: 'child', params, policy: { onError: pick(4) === 0 ? 'park' : 'fail' } }
    }
    const retry = { maximumAttempts: 1 + pick(2), initialInterval: '2s' } as const
    const policy = { retry, onError: pick(4) === 0 ? 'park' : 'fail' } as const
    return { ...named, nodeType: 'work', params: {}, policy, ...(pick(5) === 0 ? { approval: {} } : {}) }
  })
}

function stoppedOr(signal: AbortSignal, ends: Promise<void>): Promise<void> {
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([stopped, ends])
}
