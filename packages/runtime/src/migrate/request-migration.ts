import { randomUUID } from 'node:crypto'
import type { RunId, TenantId } from '@tenon/core/document'
import type { Actor, MigrationBlocker } from '@tenon/core/run'
import type { Committer } from '../commit/commit-types.ts'
import type { Plan } from '../interpreter/plan.ts'
import { createPlanIndex, type PlanIndex } from '../interpreter/plan-index.ts'
import { createLru } from '../lru.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { MessageRoute } from '../store/put-message.ts'
import {
  judgeMigration,
  type PutMigration,
  type PutWithdrawal,
  putMigration,
  putWithdrawal,
} from '../store/put-migration.ts'

/** Request to move a run to another version of its workflow. */
export interface MigrateRunRequest {
  /** Version to move to. */
  readonly version: string
  /** Compiled version. */
  readonly plan: Plan
  /** Person who made the request; `null` if no person did. */
  readonly actor: Actor | null
  /** Id of the request; repeating it changes nothing. @defaultValue a new id */
  readonly requestId?: string
}

/** A request that the run refuses in its present state, with the nodes that keep it from moving. */
interface RefusedMigration {
  readonly outcome: 'refused'
  readonly blockers: readonly MigrationBlocker[]
}

/** Verdict on a request that is not stored. */
type CheckedMigration =
  | RefusedMigration
  | { readonly outcome: 'accepted' }
  | Exclude<PutMigration, { readonly outcome: 'accepted' }>

/** Verdict by the state of a run; `null` if no node keeps it from moving, and for a run that the tenant does not have. */
type JudgedState = RefusedMigration | { readonly outcome: 'unchanged' | 'pending' } | null

/** Moves runs to other versions, the same on both engines. */
export interface MigrateRun {
  /** Answers as {@link MigrateRun.request} would, and stores nothing: `accepted` if the run would accept it now. */
  check(
    tenantId: TenantId,
    runId: RunId,
    target: Pick<MigrateRunRequest, 'version' | 'plan'>,
  ): Promise<CheckedMigration>
  /** Puts a request into the inbox of its run, unless the run would refuse it now. */
  request(
    tenantId: TenantId,
    runId: RunId,
    request: MigrateRunRequest,
    route: MessageRoute,
  ): Promise<PutMigration | RefusedMigration>
  /** Puts the withdrawal of the request that waits into the inbox of its run. */
  withdraw(tenantId: TenantId, runId: RunId, actor: Actor | null, route: MessageRoute): Promise<PutWithdrawal>
}

/** Dependencies of {@link createMigrateRun}. */
interface MigrateRunDeps {
  readonly database: RuntimeDatabase
  readonly committer: Pick<Committer, 'withSession'>
  readonly now: () => number
}

/** Plans whose indexes are kept: those of a group of runs move to one. */
const MOST_PLANS = 8

/** @see docs/adr/0053-a-run-moves-between-nodes.md */
export function createMigrateRun({ database, committer, now }: MigrateRunDeps): MigrateRun {
  const indexes = createLru<PlanIndex>(MOST_PLANS)
  const indexOf = (plan: Plan): PlanIndex => {
    const index = indexes.get(plan.planHash) ?? createPlanIndex(plan)
    indexes.set(plan.planHash, index)
    return index
  }
  /** Judges by the state of the run: by a request that waits until no node is in progress, and by its nodes. */
  const judge = (tenantId: TenantId, runId: RunId, { planHash }: Plan, index: PlanIndex) =>
    committer.withSession<JudgedState>({ tenantId, runId, isStale: true }, ({ machine }) => {
      const { migration } = machine
      if (migration !== null) return { outcome: migration.planHash === planHash ? 'unchanged' : 'pending' }
      const blockers = machine.migrationBlockers(index)
      return blockers.length > 0 ? { outcome: 'refused', blockers } : null
    })
  const check: MigrateRun['check'] = async (tenantId, runId, { version, plan }) => {
    const { planHash } = plan
    const byRows = await database.withTenant(tenantId, (tx) =>
      judgeMigration(tx, { tenantId, runId, version, planHash }),
    )
    if (byRows.outcome !== 'new') return byRows
    return (await judge(tenantId, runId, plan, indexOf(plan))) ?? { outcome: 'accepted' }
  }
  return {
    check,
    request: async (tenantId, runId, request, route) => {
      const verdict = await check(tenantId, runId, request)
      if (verdict.outcome !== 'accepted') return verdict
      const { version, plan, actor, requestId = randomUUID() } = request
      const migration = { tenantId, runId, plan, route, request: { requestId, actor, version } }
      return database.withTenant(tenantId, (tx) => putMigration(tx, { ...migration, at: now() }))
    },
    withdraw: async (tenantId, runId, actor, route) => {
      const put = async () => {
        const applied = await committer.withSession(
          { tenantId, runId, isStale: true },
          ({ machine }) => machine.migration,
        )
        const withdrawal = { tenantId, runId, applied, actor, route }
        return database.withTenant(tenantId, (tx) => putWithdrawal(tx, { ...withdrawal, at: now() }))
      }
      const first = await put()
      // The run may have applied a request after the session was read and before its row was locked.
      return first.outcome === 'unchanged' ? put() : first
    },
  }
}
