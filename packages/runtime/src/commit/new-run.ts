import { randomUUID } from 'node:crypto'
import type { Fact, RunStartedBy, RunTrigger } from '@tenon/core/run'
import { CURRENT_SEMANTICS } from '../interpreter/machine-types.ts'
import type { Plan } from '../interpreter/plan.ts'
import { weekOf } from '../postgres/migrate-runtime.ts'
import type { RerunStart } from '../rerun/prepare-rerun.ts'
import type { AppendOperation, NewRun, Payload } from '../store/append.ts'
import type { CreateRunRequest } from './commit-types.ts'
import type { RunIdentity } from './session.ts'
import { storeValue } from './stored-value.ts'

/** A run before its first append. */
interface RunBeforeStart {
  readonly identity: RunIdentity
  readonly row: NewRun
  /** First facts of the run, of which no append has only a part. */
  readonly facts: readonly Fact[]
  /** Input of the run, if it is too large for the log, and reused values. */
  readonly payloads: readonly Payload[]
  /** Changes of the tables beside the log. */
  readonly operations: readonly AppendOperation[]
}

/**
 * Prepares a new run: its row, and its first facts.
 *
 * @param at - Time of the start, in milliseconds since the Unix epoch.
 * @throws {@link TenonError} `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` for the input.
 */
export function newRunOf(request: CreateRunRequest, plan: Plan, at: number): RunBeforeStart {
  const { tenantId, runId, workflowId, version, mode, engine, trigger, input, actor, rerun } = request
  const { planHash } = plan
  const semantics = CURRENT_SEMANTICS
  const { ref, payloads } = storeValue(input)
  const deadlineAt = plan.timeoutMs === null ? null : at + plan.timeoutMs
  const traceId = randomUUID().replaceAll('-', '')
  return {
    identity: {
      ...{ tenantId, runId, workflowId, version, mode, engine, semantics },
      ...{ parent: null, depth: 0, handles: null },
    },
    row: {
      ...{ startWeek: weekOf(at), traceId, workflowId, version, mode, engine, planHash, semantics, queuedAt: at },
      startedBy: startedByOf(request, plan),
    },
    facts: [
      {
        type: 'run_started',
        data: {
          ...{ planHash, semantics, seed: rerun?.seed ?? randomUUID(), trigger, input: ref, deadlineAt, actor },
          principal: actor === null ? null : { kind: 'user', userId: actor.userId },
          ...(rerun === undefined ? {} : { rerunOf: rerun.of }),
        },
      },
      ...reusedBy(rerun),
    ],
    payloads: rerun === undefined ? payloads : [...payloads, ...rerun.payloads],
    operations: rerun === undefined ? [] : rerunOperations(runId, rerun),
  }
}

/** Returns the person or the event that starts a run, with the trigger as it is in the plan. */
export function startedByOf({ actor, trigger: nodeId, isByHost }: CreateRunRequest, { nodes }: Plan): RunStartedBy {
  const node = nodes.find(({ id }) => id === nodeId)
  const trigger: RunTrigger = { nodeId, name: node?.name ?? '', kind: node?.trigger ?? 'start' }
  if (actor !== null) return { kind: 'user', user: actor, trigger }
  return { kind: isByHost === true ? 'host' : 'trigger', trigger }
}

function reusedBy(rerun: RerunStart | undefined): readonly Fact[] {
  if (rerun === undefined || rerun.outcomes.length === 0) return []
  return [{ type: 'outcomes_reused', data: { runId: rerun.of.runId, outcomes: rerun.outcomes } }]
}

/** Returns the operations of a rerun: the link to the earlier run, and references to values that are stored already. */
function rerunOperations(runId: string, { of, outcomes, payloads }: RerunStart): readonly AppendOperation[] {
  const added = new Set(payloads.map(({ hash }) => hash))
  const stored = new Set(outcomes.map(({ output }) => output.hash).filter((hash) => !added.has(hash)))
  return [
    { op: 'rerun', of: of.runId, from: JSON.stringify(of.from) },
    ...[...stored].map((hash) => ({ op: 'payload_ref', runId, hash }) as const),
  ]
}
