import { TenonError } from '@tenon/core/errors'
import { checkOutput, checkParams } from '@tenon/core/node'
import type { Fact, NodeResume } from '@tenon/core/run'
import { textFault } from '@tenon/core/text'
import type { PlanNode } from '../interpreter/plan.ts'
import type { Payload } from '../store/append.ts'
import { failureOf } from './failure.ts'
import {
  beginLoop,
  isLoopSuspension,
  type LoopContext,
  loadIterations,
  NO_ITERATIONS,
  resumeForNode,
} from './loop-values.ts'
import { type PassToResolve, type ResolvedNode, resolveNode } from './node-params.ts'
import type { FindNodeType, NodeType } from './node-types.ts'
import { planNodeOf, type RunSession } from './session.ts'
import { storeValue, storeWait } from './stored-value.ts'
import type { ValueReader } from './value-loader.ts'

/** A pass of an inline node run to evaluate. */
export interface InlinePass extends PassToResolve {
  readonly resume: NodeResume | null
}

export interface InlineOutcome {
  readonly fact: Fact
  readonly payloads: readonly Payload[]
}

/**
 * Evaluates an inline node, without I/O except reading values. Every failure of the node becomes a fact.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if the values are temporarily unreadable.
 */
export async function evaluateInline(
  session: RunSession,
  run: InlinePass,
  findType: FindNodeType,
  values: ValueReader,
): Promise<InlineOutcome> {
  const { nodeRunId, pass } = run
  const node = planNodeOf(session, nodeRunId)
  if (node.control === 'trigger' && session.beginning !== null) {
    const data = { pass, attempt: 1, port: node.ports[0] ?? 'success', output: session.beginning.input, durationMs: 0 }
    return { fact: { type: 'node_completed', nodeRunId, data }, payloads: [] }
  }
  try {
    const type = findType(node)
    const resolved = await resolveNode(session, node, run, type, values, { mayBeSkipped: pass === 1 })
    const isLoop = run.resume?.kind === 'iterations'
    const loop = isLoop ? await loadIterations(session, nodeRunId, values) : NO_ITERATIONS
    return evaluate(session, node, { ...run, ...loop }, type, resolved)
  } catch (error) {
    if (error instanceof TenonError && error.code === 'UNAVAILABLE') throw error
    const data = { pass, attempt: 1, error: failureOf(error, node.id), durationMs: 0 }
    return { fact: { type: 'node_failed', nodeRunId, data }, payloads: [] }
  }
}

function evaluate(
  session: RunSession,
  node: PlanNode,
  { nodeRunId, pass, scheduledAt, resume, iterations, stoppedAt }: InlinePass & LoopContext,
  type: NodeType,
  resolved: ResolvedNode,
) {
  if (resolved.isSkipped) {
    return { fact: { type: 'node_skipped', nodeRunId, data: { pass } }, payloads: [] } as const
  }
  const { definition, evaluate: run } = type.implementation
  if (run === undefined) throw new TenonError('NODE_TYPE_UNKNOWN', `"${node.type}" is not evaluated in the commit`)
  const params = checkParams(definition, resolved.params)
  // The registry holds implementations of every type; checkParams has checked these params.
  const result = run(params as never, { now: scheduledAt, resume: resumeForNode(resume), iterations, stoppedAt })
  if (isLoopSuspension(result)) return beginLoop(session, node, { nodeRunId, pass }, result)
  if ('suspend' in result) {
    const waitFor = storeWait(result.suspend)
    return { fact: { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }, payloads: [] } as const
  }
  const { port, output } = checkOutput(definition, result, params)
  const { ref, payloads } = storeValue(output)
  const outcome = node.control === 'end' ? { outcome: checkedOutcome(params.outcome) } : {}
  const data = { pass, attempt: 1, port, output: ref, durationMs: 0, ...outcome }
  return { fact: { type: 'node_completed', nodeRunId, data }, payloads } as const
}

/** @throws {@link TenonError} `OUTCOME_REFUSED` for a text that a text column cannot store. */
function checkedOutcome(outcome: unknown): string {
  const text = String(outcome ?? 'completed')
  const fault = textFault(text)
  if (fault !== null) throw new TenonError('OUTCOME_REFUSED', `The outcome ${fault}`)
  return text
}
