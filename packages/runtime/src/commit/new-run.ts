import { randomUUID } from 'node:crypto'
import type { Fact } from '@tenon/core/run'
import { CURRENT_SEMANTICS } from '../interpreter/machine-types.ts'
import type { Plan } from '../interpreter/plan.ts'
import { weekOf } from '../postgres/migrate-runtime.ts'
import type { NewRun, Payload } from '../store/append.ts'
import type { CreateRunRequest } from './commit-types.ts'
import type { RunIdentity } from './session.ts'
import { storeValue } from './stored-value.ts'

/** A run before its first append. */
interface RunBeforeStart {
  readonly identity: RunIdentity
  readonly row: NewRun
  /** First fact of the run. */
  readonly fact: Fact
  /** Input of the run, if it is too large for the log. */
  readonly payloads: readonly Payload[]
}

/**
 * Prepares a new run: its row, and its first fact with seed and deadline.
 *
 * @param at - Time of the start, in milliseconds since the Unix epoch.
 * @throws {@link TenonError} `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` for the input.
 */
export function newRunOf(request: CreateRunRequest, plan: Plan, at: number): RunBeforeStart {
  const { tenantId, runId, workflowId, version, mode, engine, trigger, input, actor } = request
  const { planHash } = plan
  const semantics = CURRENT_SEMANTICS
  const { ref, payloads } = storeValue(input)
  const deadlineAt = plan.timeoutMs === null ? null : at + plan.timeoutMs
  const traceId = randomUUID().replaceAll('-', '')
  return {
    identity: { tenantId, runId, workflowId, version, mode, engine, semantics, parent: null, depth: 0 },
    row: { startWeek: weekOf(at), traceId, workflowId, version, mode, engine, planHash, semantics, queuedAt: at },
    fact: {
      type: 'run_started',
      data: { planHash, semantics, seed: randomUUID(), trigger, input: ref, deadlineAt, actor },
    },
    payloads,
  }
}
