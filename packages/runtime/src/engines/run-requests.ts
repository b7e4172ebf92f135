import type { Actor } from '@tenon/core/run'
import { createDecide } from '../approvals/decide.ts'
import { createRequestEngineChange } from '../change-engine/request-engine-change.ts'
import type { Committer } from '../commit/commit-types.ts'
import type { FindNodeType } from '../commit/node-types.ts'
import type { Engine, EngineDeps, TransactionHook } from '../engine.ts'
import { createStoreEvent } from '../events/send-event.ts'
import { createMigrateRun } from '../migrate/request-migration.ts'
import { createResolveParked } from '../park/resolve-parked.ts'
import type { RunInbox } from '../store/inbox.ts'
import type { MessageRoute, PutMessage } from '../store/put-message.ts'
import type { RequirementStore } from '../store/requirements.ts'
import type { RunRef } from '../store/run-ref.ts'

/** Requests to runs that have started, the same on both engines. */
export type RunRequests = Pick<
  Engine,
  | 'decide'
  | 'resolveParked'
  | 'sendEvent'
  | 'cancel'
  | 'skipCompensation'
  | 'pause'
  | 'resume'
  | 'migrate'
  | 'checkMigration'
  | 'withdrawMigration'
  | 'changeEngine'
>

/** A run with a new message, and the worker that owns it; `null` for none. */
export type MessagedRun = RunRef & { readonly owner: string | null }

/** Dependencies of {@link createRunRequests}. */
export interface RunRequestDeps extends Pick<EngineDeps, 'database' | 'reader'> {
  /** The only engine that this one lets runs change to. */
  readonly kind: Engine['kind']
  readonly committer: Committer
  readonly inbox: RunInbox
  readonly requirements: Pick<RequirementStore, 'prepare'>
  readonly findType: FindNodeType
  readonly secrets: EngineDeps['secrets'] | undefined
  readonly now: () => number
  /** Returns the worker of this process if it may own one more run. */
  readonly owner: () => string | null
  /** Wakes who continues these runs; called after each request that was stored or refused, also with none. */
  readonly wake: (runs: readonly MessagedRun[]) => void
}

/** Result of a request, with the run that it has reached. */
type Put = PutMessage | { readonly outcome: 'unchanged' | 'repeated' | 'queued' | 'pending' | 'refused' }

/** Request of a person to a run, which its inbox checks and stores. */
type PutOfPerson<Result extends Put> = (
  tenantId: string,
  runId: string,
  actor: Actor | null,
  route: MessageRoute,
) => Promise<Result>

/** Creates the requests of an engine: each is stored first, then the run is woken. */
export function createRunRequests(deps: RunRequestDeps): RunRequests {
  const { database, committer, inbox, requirements, now, owner, wake } = deps
  const decide = createDecide(deps)
  const resolveParked = createResolveParked(deps)
  const storeEvent = createStoreEvent(database, now)
  const migrateRun = createMigrateRun({ database, committer, now })
  const requestEngineChange = createRequestEngineChange({ database, committer, now })
  const route = (hook: TransactionHook | undefined): MessageRoute => ({ workerId: owner(), hook })

  /** Wakes the run of an accepted request. The caller gets the outcome alone, since owners are internal. */
  const answer = <Result extends Put>(tenantId: string, put: Result): { readonly outcome: Result['outcome'] } => {
    wake(put.outcome === 'accepted' ? [{ tenantId, runId: put.runId, owner: put.owner }] : [])
    return { outcome: put.outcome }
  }
  const ofPerson =
    <Result extends Put>(put: PutOfPerson<Result>) =>
    async (tenantId: string, runId: string, actor: Actor | null, hook?: TransactionHook) =>
      answer(tenantId, await put(tenantId, runId, actor, route(hook)))

  return {
    decide: async (tenantId, approvalId, vote, hook) =>
      answer(tenantId, await decide(tenantId, approvalId, vote, route(hook))),
    resolveParked: async (tenantId, parkedId, request, hook) =>
      answer(tenantId, await resolveParked(tenantId, parkedId, request, route(hook))),
    sendEvent: async (tenantId, event, hook) => {
      const { result, runs } = await storeEvent(tenantId, event, route(hook))
      wake(runs.map((run) => ({ tenantId, ...run })))
      return result
    },
    cancel: ofPerson(inbox.cancel),
    skipCompensation: ofPerson(inbox.skipCompensation),
    pause: ofPerson(inbox.pause),
    resume: ofPerson(inbox.resume),
    migrate: async (tenantId, runId, request, hook) => {
      // For a process of an earlier release that applies the move; others store the requirements themselves.
      await requirements.prepare(tenantId, request.plan)
      const put = await migrateRun.request(tenantId, runId, request, route(hook))
      return put.outcome === 'refused' ? put : answer(tenantId, put)
    },
    checkMigration: migrateRun.check,
    withdrawMigration: async (tenantId, runId, actor, hook) =>
      answer(tenantId, await migrateRun.withdraw(tenantId, runId, actor, route(hook))),
    changeEngine: async (tenantId, runId, request, hook) => {
      if (request.engine !== deps.kind) return { outcome: 'unknown_engine' }
      return answer(tenantId, await requestEngineChange(tenantId, runId, request, route(hook)))
    },
  }
}
