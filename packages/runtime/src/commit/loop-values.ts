import { TenonError } from '@tenon/core/errors'
import type {
  ChildSuspension,
  InlineContext,
  IterationResult,
  LoopSuspension,
  NodeOutcome,
  Suspension,
} from '@tenon/core/node'
import type { Fact } from '@tenon/core/run'
import type { PlanNode } from '../interpreter/plan.ts'
import type { Payload } from '../store/append.ts'
import type { PassOfRun } from '../store/run-ref.ts'
import type { RunSession } from './session.ts'
import { storeValue } from './stored-value.ts'
import type { ValueReader } from './value-loader.ts'

/** Most iterations of a loop. */
const MAX_ITERATIONS = 10_000
/** Most iterations of a loop at the same time. */
const MAX_CONCURRENCY = 500

/** Checks whether an inline node has returned iterations to wait for. */
export function isLoopSuspension(
  result: NodeOutcome | Suspension | LoopSuspension | ChildSuspension,
): result is LoopSuspension {
  return 'suspend' in result && result.suspend.kind === 'iterations'
}

/**
 * Stores the items of a loop and makes the fact that begins its iterations.
 *
 * @throws {@link TenonError} `NODE_OUTPUT_INVALID` for a node that has no children, for a number that is not that of the
 * items or adds no iteration, after a failed one of a loop that fails with it, and for a concurrency that is not a whole number from 1 to 500; `LOOP_TOO_LONG` for more than 10,000 iterations; `VALUE_TOO_LARGE`.
 */
export function beginLoop(
  { machine }: RunSession,
  node: PlanNode,
  { nodeRunId, pass }: PassOfRun,
  { suspend }: LoopSuspension,
): { readonly fact: Fact; readonly payloads: readonly Payload[] } {
  const { items, count, concurrency, onFailure, keep } = suspend
  const isCount = Number.isInteger(count) && count >= 0 && (items === null || items.length === count)
  const loop = machine.outputs.loopOf(nodeRunId)
  const isNext = loop === null || (!loop.isStopped && count > loop.begun)
  if (node.children === undefined || !isConcurrency(concurrency) || !isCount || !isNext) {
    throw new TenonError('NODE_OUTPUT_INVALID', `"${node.type}" cannot begin these iterations`, {
      remedy: `Return iterations only from a loop, with their number and a concurrency from 1 to ${MAX_CONCURRENCY}`,
    })
  }
  if (count > MAX_ITERATIONS) {
    throw new TenonError(
      'LOOP_TOO_LONG',
      `${count} iterations are more than the ${MAX_ITERATIONS} that a loop can have`,
      {
        details: { count, limit: MAX_ITERATIONS },
      },
    )
  }
  const stored = items === null ? null : storeValue(items)
  const waitFor = {
    kind: 'iterations',
    count,
    concurrency,
    onFailure,
    keep,
    items: stored?.ref ?? null,
    dueAt: null,
  } as const
  return { fact: { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }, payloads: stored?.payloads ?? [] }
}

function isConcurrency(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MAX_CONCURRENCY
}

/** The part of the context of an inline node that concerns its iterations. */
export type LoopContext = Pick<InlineContext, 'iterations' | 'stoppedAt'>

/** Context of a node that has begun no iterations. */
export const NO_ITERATIONS: LoopContext = Object.freeze({ iterations: null, stoppedAt: null })

/**
 * Loads the results of the iterations of a loop that have ended, by index.
 *
 * @throws {@link TenonError} `LOOP_RESULTS_TOO_LARGE`, `LOOP_RUNS_NOTHING`, `RUN_TOO_LONG` if the loop fails for a reason of its
 * own; `UNAVAILABLE` if values are temporarily unreadable.
 */
export async function loadIterations(
  { identity, machine }: RunSession,
  nodeRunId: string,
  values: ValueReader,
): Promise<LoopContext> {
  const { tenantId } = identity
  const loop = machine.outputs.loopOf(nodeRunId)
  const fault = loop?.fault ?? null
  if (fault !== null) {
    const { code, message, remedy } = fault
    throw new TenonError(code, message, { remedy })
  }
  const results: IterationResult[] = []
  for (const { index, output, error } of machine.outputs.iterationsOf(nodeRunId)) {
    const value = output === null ? null : (values.peek(tenantId, output) ?? (await values.load(tenantId, output)))
    results.push({ index, output: value, error })
  }
  return { iterations: results, stoppedAt: loop?.stoppedAt ?? null }
}
