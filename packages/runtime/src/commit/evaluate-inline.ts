import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { checkChildSuspension, checkOutput, checkParams, type InlineContext } from '@tenon/core/node'
import { checkRunAnswer, type Fact } from '@tenon/core/run'
import { textFault } from '@tenon/core/text'
import type { PlanNode } from '../interpreter/plan.ts'
import { checkRunInput } from '../run-input.ts'
import type { Payload } from '../store/append.ts'
import { checkPort } from './check-port.ts'
import { beginChild, type ChildToBegin, isChildSuspension, loadChild, type PrepareChild } from './child-runs.ts'
import { failureOf } from './failure.ts'
import { loadResume } from './load-resume.ts'
import { beginLoop, isLoopSuspension, type LoopContext, loadIterations, NO_ITERATIONS } from './loop-values.ts'
import { type PassToResolve, type ResolvedNode, resolveNode } from './node-params.ts'
import type { FindNodeType, NodeType } from './node-types.ts'
import { planNodeOf, type RunSession } from './session.ts'
import { storeValue, storeWait } from './stored-value.ts'
import type { ValueReader } from './value-loader.ts'

export interface InlineOutcome {
  readonly fact: Fact
  readonly payloads: readonly Payload[]
  /** Run that the node starts, with the key of its requirements; absent if it starts none. */
  readonly child?: ChildToBegin
}

/** Dependencies of the evaluation of inline nodes. */
export interface InlineDeps {
  readonly findType: FindNodeType
  readonly values: ValueReader
  readonly prepareChild: PrepareChild
}

/**
 * Evaluates an inline node, without I/O except reading values and plans. Every failure of the node becomes a fact.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if values or plans are temporarily unreadable.
 */
export async function evaluateInline(
  session: RunSession,
  run: PassToResolve,
  { findType, values, prepareChild }: InlineDeps,
): Promise<InlineOutcome> {
  const { nodeRunId, pass } = run
  const node = planNodeOf(session, nodeRunId)
  try {
    if (node.control === 'trigger' && session.beginning !== null) {
      const { input } = session.beginning
      // No request was refused for it.
      if (session.identity.handles !== null) checkRunInput(node, await values.load(session.identity.tenantId, input))
      const data = { pass, attempt: 1, port: node.ports[0] ?? 'success', output: input, durationMs: 0 }
      return { fact: { type: 'node_completed', nodeRunId, data }, payloads: [] }
    }
    const type = findType(node)
    const resolved = await resolveNode(session, node, run, type, values, { mayBeSkipped: run.resume === null })
    const isLoop = run.resume?.kind === 'iterations'
    const loop = isLoop ? await loadIterations(session, nodeRunId, values) : NO_ITERATIONS
    const child = run.resume?.kind === 'child' ? await loadChild(session, run.resume, values) : null
    const resume = await loadResume(session, run.resume, values)
    return await evaluate(session, node, { ...run, ...loop, child, resume }, { type, resolved, prepareChild })
  } catch (error) {
    if (error instanceof TenonError && error.code === 'UNAVAILABLE') throw error
    const data = { pass, attempt: 1, error: failureOf(error, node.id), durationMs: 0 }
    return { fact: { type: 'node_failed', nodeRunId, data }, payloads: [] }
  }
}

/** Type and params of an inline node. */
interface NodeToEvaluate {
  readonly type: NodeType
  readonly resolved: ResolvedNode
  readonly prepareChild: PrepareChild
}

async function evaluate(
  session: RunSession,
  node: PlanNode,
  run: Omit<PassToResolve, 'resume'> & LoopContext & Pick<InlineContext, 'child' | 'resume'>,
  { type, resolved, prepareChild }: NodeToEvaluate,
): Promise<InlineOutcome> {
  const { nodeRunId, pass, scheduledAt, resume, iterations, stoppedAt, child } = run
  if (resolved.isSkipped) {
    return { fact: { type: 'node_skipped', nodeRunId, data: { pass } }, payloads: [] } as const
  }
  const { definition, evaluate: compute } = type.implementation
  if (compute === undefined) throw new TenonError('NODE_TYPE_UNKNOWN', `"${node.type}" is not evaluated in the commit`)
  const params = checkParams(definition, resolved.params)
  // The registry holds implementations of every type; checkParams has checked these params.
  const context = { now: scheduledAt, resume, iterations, stoppedAt, child }
  const result = compute(params as never, context)
  if (isLoopSuspension(result)) return beginLoop(session, node, { nodeRunId, pass }, result)
  if (isChildSuspension(result)) {
    checkChildSuspension(node)
    return beginChild(session, { nodeRunId, pass, scheduledAt }, result, prepareChild)
  }
  if ('suspend' in result) {
    const waitFor = storeWait(result.suspend)
    return { fact: { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }, payloads: [] } as const
  }
  const { port, output } = checkOutput(definition, result, params)
  checkPort(node, port)
  const { ref, payloads } = storeValue(output)
  const outcome = node.control === 'end' ? { outcome: checkedOutcome(params.outcome) } : {}
  const responds = node.control === 'respond' ? { responds: checkAnswer(output as Json) } : {}
  const data = { pass, attempt: 1, port, output: ref, durationMs: 0, ...outcome, ...responds }
  return { fact: { type: 'node_completed', nodeRunId, data }, payloads } as const
}

/** @throws {@link TenonError} `RUN_ANSWER_INVALID` for an output without an answer, which a caller could never get. */
function checkAnswer(output: Json): true {
  if (checkRunAnswer(output) !== null) return true
  throw new TenonError('RUN_ANSWER_INVALID', 'The output of the node has no answer in its field "response"')
}

/** @throws {@link TenonError} `OUTCOME_REFUSED` for a text that a text column cannot store. */
function checkedOutcome(outcome: unknown): string {
  const text = String(outcome ?? 'completed')
  const fault = textFault(text)
  if (fault !== null) throw new TenonError('OUTCOME_REFUSED', `The outcome ${fault}`)
  return text
}
