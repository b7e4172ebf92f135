import { TenonError } from '@tenon/core/errors'
import type { Decision, Fact, RunEngine } from '@tenon/core/run'
import type { RuntimeLog } from '../engine.ts'
import type { MachineFact } from '../interpreter/machine-types.ts'
import type { Plan } from '../interpreter/plan.ts'
import { passOfRunKey } from '../store/run-ref.ts'
import { addHandlerStart } from './child-effects.ts'
import type { PrepareChild } from './child-runs.ts'
import type { AcquireSlot, FactToCommit } from './commit-types.ts'
import { addDecisionEffects, addFactEffects, reopenedBy } from './effects.ts'
import { beginHandler } from './error-handler.ts'
import { evaluateInline } from './evaluate-inline.ts'
import { failureOf } from './failure.ts'
import { type PassToResolve, prepareNode } from './node-params.ts'
import { type FindNodeType, hasNodeType } from './node-types.ts'
import { addObservation, addPayloads, addTurn, type PendingAppend, type TurnSource } from './pending-append.ts'
import { beginningOf, journaledCalls, planNodeOf, type RunSession } from './session.ts'
import type { ValueReader } from './value-loader.ts'

/** Dependencies of the driver. */
export interface DriveDeps {
  readonly findType: FindNodeType
  readonly values: ValueReader
  readonly prepareChild: PrepareChild
  readonly log: RuntimeLog
  /** Engine of this process; absent if it commits for every engine, as in tests. */
  readonly engine?: RunEngine | undefined
  /** Stores the requirements of runs of a plan, which a run that moves or changes its engine has from then on. */
  readonly requirementsOf?: ((tenantId: string, plan: Plan) => Promise<string>) | undefined
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

/** Work of the driver: a fact to apply, or an inline node run to evaluate. */
type Work = FactToCommit | { readonly inline: PassToResolve }

/** One call of the driver. */
interface Drive {
  readonly session: RunSession
  readonly pending: PendingAppend
  readonly request: DriveRequest
  readonly findType: FindNodeType
  readonly prepareChild: PrepareChild
  /** Values of the run, of which some are not stored yet. */
  readonly values: ValueReader
  /** Keys of open passes that are being canceled. */
  readonly canceling: Set<string>
  readonly engine: RunEngine | undefined
}

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
  deps: DriveDeps,
): Promise<readonly FactToCommit[]> {
  const { findType, values, prepareChild, log } = deps
  const queue: Work[] = [...looseInline(session), ...request.facts]
  const canceling = cancelingPasses(session)
  const fresh = withFresh(values, pending)
  const run: Drive = {
    session,
    pending,
    request,
    findType,
    prepareChild,
    values: fresh,
    canceling,
    engine: deps.engine,
  }
  let hasForeign = false
  const fullAt = performance.now() + request.maxMs

  for (let work = queue.shift(); work !== undefined; work = queue.shift()) {
    if (isForeign(run, work)) {
      hasForeign = true
      continue
    }
    const next = 'inline' in work ? await evaluatePass(run, work.inline) : work
    if (next.fact.type === 'migrate_requested') await session.plans.load(next.fact.data.planHash)
    const turns = pending.turns
    const decisions = applyWork(run, work, next, log)
    if (pending.turns > turns) pending.lastTurnOf = sourceOf(work)
    // Checked here, since most turns would wait for nothing.
    if (session.plan.errorHandler !== undefined) await startHandler(run, decisions, log)
    for (const decision of decisions) {
      if (decision.type === 'node_cancel_requested')
        canceling.add(passOfRunKey({ nodeRunId: decision.nodeRunId, pass: decision.data.pass }))
      if (requiresAnew(decision, pending)) await deps.requirementsOf?.(session.identity.tenantId, session.plan)
      if (decision.type !== 'node_scheduled') continue
      const { nodeRunId, data } = decision
      const { pass, resume, params = null } = data
      const scheduled = { nodeRunId, pass, resume, params, scheduledAt: request.at }
      if (data.mode === 'inline') queue.push({ inline: scheduled })
      else {
        const ended = await beginNode(run, scheduled, data.queue)
        if (ended !== null) queue.push({ fact: ended })
      }
    }
    if (queue.length > 0 && isFull(run, fullAt) && !belongsToStart(queue[0])) break
  }
  session.hasLooseInline = queue.some((work) => 'inline' in work)
  // With this append, also for one that the full slice has left: a later commit that moves nothing could wake no worker.
  hasForeign ||= queue.some((work) => isForeign(run, work))
  // The engine of the run does not follow this process; one that it has changed to is woken by the change.
  const isElsewhere = isOfOther(run) && pending.engine === pending.engineBefore
  if (pending.turns > 0 && (hasForeign || isElsewhere)) wakeOthers(pending)
  return queue.filter((work) => 'fact' in work)
}

/**
 * Checks whether a run of the embedded engine has other requirements from a decision on. They are stored by the process
 * that applies it: the queue of the tenant may have changed since the request.
 */
function requiresAnew(decision: Decision, { engine }: PendingAppend): boolean {
  if (decision.type === 'engine_changed') return decision.data.to === 'embedded'
  return decision.type === 'run_migrated' && engine === 'embedded'
}

/** Adds the run of the error handler, if decisions end the run without completing it. */
async function startHandler(
  { session, pending, request: { at }, prepareChild }: Drive,
  decisions: readonly Decision[],
  log: RuntimeLog,
): Promise<void> {
  const handler = await beginHandler(session, decisions, at, { prepareChild, log })
  if (handler === null) return
  addPayloads(pending, handler.payloads)
  addHandlerStart(pending, session, handler, at)
}

/** Checks whether work is stored with the start of the run, or not at all: without it, the run would run everything. */
function belongsToStart(work: Work | undefined): boolean {
  return work !== undefined && 'fact' in work && work.fact.type === 'outcomes_reused'
}

function isFull({ pending, request }: Drive, fullAt: number): boolean {
  const { turns, payloadBytes } = pending
  return turns >= request.maxTurns || payloadBytes >= MAX_SLICE_BYTES || performance.now() > fullAt
}

/** Returns the keys of open passes that are being canceled. */
function cancelingPasses({ hasLooseInline, machine }: RunSession): Set<string> {
  // Only a loose one can have been canceled before this drive.
  const open = hasLooseInline ? machine.openNodeRuns() : []
  return new Set(open.filter(({ canceling }) => canceling).map(passOfRunKey))
}

/** Checks whether work is an inline node run of a type that this process lacks: a worker with the type evaluates it. */
function isForeign({ session, canceling, findType }: Drive, work: Work): boolean {
  if (!('inline' in work) || canceling.has(passOfRunKey(work.inline))) return false
  const node = planNodeOf(session, work.inline.nodeRunId)
  return node.control !== 'trigger' && !hasNodeType(findType, node)
}

/** Checks whether another engine than that of this process executes the run: what follows is for that one to start. */
function isOfOther({ engine, session }: Drive): boolean {
  return engine !== undefined && session.engine !== engine
}

/** Has another worker continue the run, in the same append: this process cannot evaluate an open node, or is of another engine. */
function wakeOthers({ engine, operations }: PendingAppend): void {
  operations.push(engine === 'embedded' ? { op: 'ready', workerId: null } : { op: 'outbox', kind: 'wake', delayMs: 0 })
}

function withFresh(stored: ValueReader, { fresh }: PendingAppend): ValueReader {
  const peek: ValueReader['peek'] = (tenantId, ref) => fresh.get(ref.hash) ?? stored.peek(tenantId, ref)
  return { peek, load: async (tenantId, ref) => peek(tenantId, ref) ?? stored.load(tenantId, ref) }
}

function sourceOf(work: Work): TurnSource {
  if (!('inline' in work)) return { kind: 'fact', fact: work }
  const { nodeRunId, pass } = work.inline
  return { kind: 'inline', nodeRunId, pass }
}

/** Result of an inline node when the database cannot store its outcome. */
function refusedPass(session: RunSession, { nodeRunId, pass }: PassToResolve): FactToCommit {
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
  { session, pending, request, findType, prepareChild, values, canceling }: Drive,
  scheduled: PassToResolve,
): Promise<FactToCommit> {
  const key = passOfRunKey(scheduled)
  if (request.refusedPasses.has(key)) return refusedPass(session, scheduled)
  if (canceling.has(key)) {
    const { nodeRunId, pass } = scheduled
    return { fact: { type: 'node_canceled', nodeRunId, data: { pass, how: 'canceled' } } }
  }
  const { fact, payloads, child } = await evaluateInline(session, scheduled, { findType, values, prepareChild })
  addPayloads(pending, payloads)
  if (child !== undefined) pending.children.set(child.runId, child)
  return { fact }
}

/** Applies the fact of some work. An inline node whose outcome does not fit the run fails, so that the run can continue. */
function applyWork({ session, pending, request }: Drive, work: Work, next: FactToCommit, log: RuntimeLog) {
  try {
    return applyFact(session, pending, next, request.at, log)
  } catch (error) {
    if (!('inline' in work) || !(error instanceof TenonError) || error.code !== 'FACT_INVALID') throw error
    const { nodeRunId, pass } = work.inline
    const failure = failureOf(error, planNodeOf(session, nodeRunId).id)
    const data = { pass, attempt: 1, error: failure, durationMs: 0 }
    return applyFact(session, pending, { fact: { type: 'node_failed', nodeRunId, data } }, request.at, log)
  }
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
  // Afterwards its node may be gone.
  const queue = 'nodeRunId' in fact ? (machine.openNodeRun(fact.nodeRunId)?.queue ?? null) : null
  const recorded = messageId === undefined ? fact : withDeadline(session, fact, at)
  const stamped: MachineFact = { ...recorded, at }
  let decisions: readonly Decision[]
  try {
    decisions = machine.apply(stamped)
  } catch (error) {
    // An impossible message must not block those behind it.
    if (messageId === undefined) throw error
    const code = error instanceof TenonError ? error.code : 'INTERNAL'
    log('error', 'run.message_refused: it does not fit the run', { runId: identity.runId, messageId, code })
    pending.operations.push(...reopenedBy(identity.runId, fact))
    return []
  }
  if (machine.turn === before) return []
  if (fact.type === 'run_started') session.beginning = beginningOf(fact.data, at)
  addTurn(pending, recorded, at, decisions)
  addFactEffects(pending, session, stamped, queue)
  for (const decision of decisions) addDecisionEffects(pending, session, decision, at)
  return decisions
}

/** Sets the time limit of a run that has waited to start: it counts from its start, not from the request. */
function withDeadline({ plan: { timeoutMs } }: RunSession, fact: Fact, at: number): Fact {
  if (fact.type !== 'run_started' || fact.data.deadlineAt !== null || timeoutMs === null) return fact
  return { ...fact, data: { ...fact.data, deadlineAt: at + timeoutMs } }
}

/**
 * Begins a dispatched node run in the same append, if it gets a slot.
 *
 * @returns Its outcome if it ended without a body; null otherwise.
 */
async function beginNode(run: Drive, scheduled: PassToResolve, queue: string | null): Promise<Fact | null> {
  const { session, pending, request, findType, values } = run
  const { acquireSlot, at, worker } = request
  const { tenantId, runId } = session.identity
  const { nodeRunId, pass } = scheduled
  const node = planNodeOf(session, nodeRunId)
  const slot = isOfOther(run) ? null : (acquireSlot?.({ nodeRunId, pass, queue, node }) ?? null)
  if (slot === null) return null
  const attempt = 1
  let hasBegun = false
  try {
    const prepared = await prepareNode(session, node, scheduled, attempt, findType, values)
    if (prepared.kind === 'ended') return prepared.fact
    const { input, payloads, implementation, params, idempotencyKey, resume } = prepared
    const data = { pass, attempt, input, worker, queue }
    addPayloads(pending, payloads)
    addObservation(pending, { observation: { type: 'node_started', nodeRunId, data }, pass, attempt, at })
    pending.started.push({
      tenantId,
      runId,
      node,
      nodeRunId,
      pass,
      attempt,
      resume,
      callable: session.plan.callable ?? {},
      principal: session.beginning?.principal ?? null,
      startedAt: at,
      scheduledAt: scheduled.scheduledAt,
      slot,
      implementation,
      params,
      idempotencyKey,
      failedBefore: 0,
      lostBefore: 0,
      heldBefore: 0,
      journal: new Map(journaledCalls(session, nodeRunId, scheduled.params)),
    })
    hasBegun = true
    return null
  } finally {
    if (!hasBegun) slot.release()
  }
}
