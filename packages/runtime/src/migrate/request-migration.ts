import { randomUUID } from 'node:crypto'
import type { RunId, TenantId } from '@tenon/core/document'
import type { Actor, MigrationBlocker } from '@tenon/core/run'
import type { Committer } from '../commit/commit-types.ts'
import type { Plan } from '../interpreter/plan.ts'
import { createPlanIndex, type PlanIndex } from '../interpreter/plan-index.ts'
import { createLru } from '../lru.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { MessageRoute } from '../store/put-message.ts'
import { type PutMigration, putMigration } from '../store/put-migration.ts'

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

/** Request that the run refuses as it is now, with the nodes that are in the way. */
interface RefusedMigration {
  readonly outcome: 'refused'
  readonly blockers: readonly MigrationBlocker[]
}

/** Moves runs to other versions, the same on both engines. */
export interface MigrateRun {
  /** Returns the nodes that keep a run from moving to a plan now; `null` for a run that the tenant does not have. */
  check(tenantId: TenantId, runId: RunId, plan: Plan): Promise<readonly MigrationBlocker[] | null>
  /** Puts a request into the inbox of its run, unless the run would refuse it now. */
  request(
    tenantId: TenantId,
    runId: RunId,
    request: MigrateRunRequest,
    route: MessageRoute,
  ): Promise<PutMigration | RefusedMigration>
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
  const check: MigrateRun['check'] = (tenantId, runId, plan) =>
    committer.withSession({ tenantId, runId, isStale: true }, ({ machine }) => machine.migrationBlockers(indexOf(plan)))
  return {
    check,
    request: async (tenantId, runId, { version, plan, actor, requestId = randomUUID() }, route) => {
      const blockers = await check(tenantId, runId, plan)
      if (blockers === null) return { outcome: 'not_found' }
      if (blockers.length > 0) return { outcome: 'refused', blockers }
      const migration = { tenantId, runId, plan, route, request: { requestId, actor, version } }
      return database.withTenant(tenantId, (tx) => putMigration(tx, { ...migration, at: now() }))
    },
  }
}
