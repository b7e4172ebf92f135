import { TenonError } from '@tenon/core/errors'
import type { Resume } from '@tenon/core/node'
import type { Decision } from '@tenon/core/run'
import type { RuntimeLog } from '../engine.ts'
import type { MachineFact } from '../interpreter/machine-types.ts'
import { type PassOfRun, passOfRunKey } from '../store/run-ref.ts'
import type { AcquireSlot, FactToCommit } from './commit-types.ts'
import { addDecisionEffects, addFactEffects } from './effects.ts'
import { evaluateInline } from './evaluate-inline.ts'
import { failureOf } from './failure.ts'
import { prepareNode } from './node-params.ts'
import { type FindNodeType, hasNodeType } from './node-types.ts'
import { addObservation, addPayloads, addTurn, type PendingAppend, type TurnSource } from './pending-append.ts'
import { planNodeOf, type RunSession } from './session.ts'
import type { ValueLoader } from './value-loader.ts'

/** Dependencies of the driver. */
export interface DriveDeps {
  readonly findType: FindNodeType
  readonly values: ValueLoader
  readonly log: RuntimeLog
}

export interface DriveRequest {
  readonly facts: readonly FactToCommit[]
  readonly at: number
  readonly acquireSlot: AcquireSlot | undefined
  readonly worker: string
  readonly maxTurns: number
  readonly maxMs: number
  /** Passes of inline nodes whose outcome the database has refused, by {@link passOfRunKey}: they fail. */
  readonly refusedPasses: ReadonlySet<string>
}

/** Bytes of values after which a slice of inline nodes ends. */
export const MAX_SLICE_BYTES = 8_388_608

/** A pass of a node run that the machine has scheduled. */
interface ScheduledPass extends PassOfRun {
  readonly scheduledAt: number
  readonly resume: Resume | null
}

/** Work of the driver: a fact to apply, or an inline node run to evaluate. */
type Work = FactToCommit | { readonly inline: ScheduledPass }

/**
 * Applies facts to the machine and executes the decisions that need no body: inline nodes are evaluated, and dispatched
 * ones that get a slot are prepared, all for the same append.
 *
 * @returns The remaining facts if the slice is full; `hasLooseInline` marks remaining inline node runs.
 * @throws {@link TenonError} `UNAVAILABLE` if values are temporarily unreadable, `FACT_INVALID` for an impossible fact.
 */
export async function drive(
  session: RunSession,
  pending: PendingAppend,
  request: DriveRequest,
  outside: DriveDeps,
): Promise<readonly FactToCommit[]> {
  const queue: Work[] = [...looseInline(session), ...request.facts]
  const deps = { ...outside, values: withFresh(outside.values, pending) }
  const canceling = new Set(
    // Only a loose one can have been canceled before this drive.
    (session.hasLooseInline ? session.machine.openNodeRuns() : [])
      .filter(({ canceling }) => canceling)
      .map(passOfRunKey),
  )
  const isForeignWork = (work: Work): boolean =>
    'inline' in work && isForeign(session, work.inline, canceling, deps.findType)
  let hasForeign = false
  const startedAt = performance.now()
  const isFull = () =>
    pending.turns >= request.maxTurns ||
    pending.payloadBytes >= MAX_SLICE_BYTES ||
    performance.now() - startedAt > request.maxMs

  for (let work = queue.shift(); work !== undefined; work = queue.shift()) {
    if (isForeignWork(work)) {
      hasForeign = true
      continue
    }
    const isRefused = 'inline' in work && request.refusedPasses.has(passOfRunKey(work.inline))
    const next = !('inline' in work)
      ? work
      : isRefused
        ? refusedPass(session, work.inline)
        : await evaluatePass(session, pending, work.inline, canceling, deps)
    const turns = pending.turns
    const decisions = applyFact(session, pending, next, request.at, deps.log)
    if (pending.turns > turns) pending.lastTurnOf = sourceOf(work)
    for (const decision of decisions) {
      if (decision.type === 'node_cancel_requested')
        canceling.add(passOfRunKey({ nodeRunId: decision.nodeRunId, pass: decision.data.pass }))
      if (decision.type !== 'node_scheduled') continue
      const { nodeRunId, data } = decision
      const { pass, resume } = data
      const scheduled = { nodeRunId, pass, resume, scheduledAt: request.at }
      if (data.mode === 'inline') queue.push({ inline: scheduled })
      else queue.push(...(await beginNode(session, pending, { ...scheduled, queue: data.queue }, request, deps)))
    }
    if (queue.length > 0 && isFull()) break
  }
  session.hasLooseInline = queue.some((work) => 'inline' in work)
  // With this append, also for one that the full slice has left: a later commit that moves nothing could wake no worker.
  if (pending.turns > 0 && (hasForeign || queue.some(isForeignWork))) wakeOthers(session, pending)
  return queue.filter((work) => 'fact' in work)
}

/** Checks whether an inline node run has a type that this process lacks: a worker with the type evaluates it. */
function isForeign(
  session: RunSession,
  { nodeRunId, pass }: ScheduledPass,
  canceling: ReadonlySet<string>,
  findType: FindNodeType,
): boolean {
  if (canceling.has(passOfRunKey({ nodeRunId, pass }))) return false
  const node = planNodeOf(session, nodeRunId)
  return node.control !== 'trigger' && !hasNodeType(findType, node)
}

/** Has another worker continue the run, in the same append: an inline node is open that this process cannot evaluate. */
function wakeOthers({ identity }: RunSession, { operations }: PendingAppend): void {
  operations.push(
    identity.engine === 'embedded' ? { op: 'ready', workerId: null } : { op: 'outbox', kind: 'wake', delayMs: 0 },
  )
}

function withFresh(values: ValueLoader, { fresh }: PendingAppend): ValueLoader {
  return { ...values, load: async (tenantId, ref) => fresh.get(ref.hash) ?? values.load(tenantId, ref) }
}

function sourceOf(work: Work): TurnSource {
  if (!('inline' in work)) return { kind: 'fact', fact: work }
  const { nodeRunId, pass } = work.inline
  return { kind: 'inline', nodeRunId, pass }
}

/** Result of an inline node when the database cannot store its outcome. */
function refusedPass(session: RunSession, { nodeRunId, pass }: ScheduledPass): FactToCommit {
  const refused = new TenonError('OUTCOME_REFUSED', 'The database cannot store the output of the node')
  const error = failureOf(refused, planNodeOf(session, nodeRunId).id)
  return { fact: { type: 'node_failed', nodeRunId, data: { pass, attempt: 1, error, durationMs: 0 } } }
}

function looseInline(session: RunSession): readonly Work[] {
  if (!session.hasLooseInline) return []
  return session.machine
    .openNodeRuns()
    .filter((open) => open.mode === 'inline' && open.waitId === null)
    .map((open) => ({ inline: open }))
}

async function evaluatePass(
  session: RunSession,
  pending: PendingAppend,
  scheduled: ScheduledPass,
  canceling: ReadonlySet<string>,
  { findType, values }: DriveDeps,
): Promise<FactToCommit> {
  const { nodeRunId, pass } = scheduled
  if (canceling.has(passOfRunKey({ nodeRunId, pass }))) {
    return { fact: { type: 'node_canceled', nodeRunId, data: { pass, how: 'canceled' } } }
  }
  const node = planNodeOf(session, nodeRunId)
  const { fact, payloads } = await evaluateInline({ ...scheduled, session, node }, findType, values)
  addPayloads(pending, payloads)
  return { fact }
}

/**
 * Applies a fact to the machine and adds the turn to the append. For a fact without effect, only the message is
 * deleted.
 */
function applyFact(
  session: RunSession,
  pending: PendingAppend,
  { fact, messageId }: FactToCommit,
  at: number,
  log: RuntimeLog,
): readonly Decision[] {
  const { machine, identity } = session
  if (messageId !== undefined) pending.operations.push({ op: 'inbox_consumed', messageId })
  const before = machine.turn
  const stamped: MachineFact = { ...fact, at }
  let decisions: readonly Decision[]
  try {
    decisions = machine.apply(stamped)
  } catch (error) {
    // An impossible message must not block those behind it.
    if (messageId === undefined) throw error
    const code = error instanceof TenonError ? error.code : 'INTERNAL'
    log('error', 'run.message_refused: it does not fit the run', { runId: identity.runId, messageId, code })
    return []
  }
  if (machine.turn === before) return []
  if (fact.type === 'run_started') {
    const { seed, trigger, input } = fact.data
    session.beginning = { seed, trigger, input, startedAt: at }
  }
  addTurn(pending, fact, at, decisions)
  addFactEffects(pending, session, stamped)
  for (const decision of decisions) addDecisionEffects(pending, session, decision, at)
  return decisions
}

async function beginNode(
  session: RunSession,
  pending: PendingAppend,
  scheduled: ScheduledPass & { readonly queue: string | null },
  request: DriveRequest,
  { findType, values }: DriveDeps,
): Promise<readonly Work[]> {
  const { tenantId, runId } = session.identity
  const { nodeRunId, pass, resume, queue } = scheduled
  const node = planNodeOf(session, nodeRunId)
  const slot = request.acquireSlot?.({ nodeRunId, pass, queue, node }) ?? null
  if (slot === null) return []
  const attempt = 1
  let hasBegun = false
  try {
    const prepared = await prepareNode({ ...scheduled, session, node, attempt }, findType, values)
    if (prepared.kind === 'ended') return [{ fact: prepared.fact }]
    const { input, payloads, implementation, params, idempotencyKey } = prepared
    const data = { pass, attempt, input, worker: request.worker, queue }
    addPayloads(pending, payloads)
    addObservation(pending, { observation: { type: 'node_started', nodeRunId, data }, pass, attempt, at: request.at })
    pending.started.push({
      ...{ tenantId, runId, node, nodeRunId, pass, attempt, resume, startedAt: request.at, slot },
      implementation,
      params,
      idempotencyKey,
      failedBefore: 0,
      lostBefore: 0,
      journal: new Map(),
    })
    hasBegun = true
    return []
  } finally {
    if (!hasBegun) slot.release()
  }
}
