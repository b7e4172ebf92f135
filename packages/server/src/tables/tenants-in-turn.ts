import { statementNow } from '@tenon/runtime/postgres'
import { type RawBuilder, sql } from 'kysely'
import type { ServerTables, ServerTx } from './server-tables.ts'

/** Tenants with work, in the order of their turns. */
export interface TurnOrder {
  /** Tenant that had the last turn; the next turn is that of the tenant after it. */
  readonly afterTenant: string
  /** Most tenants. */
  readonly most: number
}

/** Turns of the tenants over the claims of one process. */
export interface Turns {
  /** Tenant that had the last turn. */
  readonly afterTenant: string
  /**
   * Notes a claim.
   *
   * @param tenants - Tenants that had a turn.
   * @param isEmpty - True if nothing was claimed.
   * @returns True if another claim may find something. After an empty one that is so while there are tenants without a turn
   * since the last find: another process may have locked the entries of those that had theirs.
   */
  note(tenants: readonly string[], isEmpty: boolean): boolean
}

export function createTurns(): Turns {
  let afterTenant = ''
  const passedOver = new Set<string>()
  return {
    get afterTenant() {
      return afterTenant
    },
    note(tenants, isEmpty) {
      afterTenant = tenants.at(-1) ?? afterTenant
      if (!isEmpty) {
        passedOver.clear()
        return true
      }
      const hasNew = tenants.some((tenantId) => !passedOver.has(tenantId))
      if (hasNew) for (const tenantId of tenants) passedOver.add(tenantId)
      // The next search begins anew.
      else passedOver.clear()
      return hasNew
    },
  }
}

/**
 * Finds the tenants with entries of a queue that are due, beginning after one that had its turn: each is one lookup in the
 * index, so that the backlog of one tenant costs the others nothing. For `withSystem`.
 *
 * @param condition - Condition on the entries, with that of a partial index that begins with the tenant and the due time.
 */
export async function tenantsInTurn(
  tx: ServerTx,
  table: keyof Pick<ServerTables, 'event_queue' | 'start_request_queue'>,
  condition: RawBuilder<boolean>,
  { afterTenant, most }: TurnOrder,
): Promise<readonly string[]> {
  if (most <= 0) return []
  const first = await walk(tx, table, sql`${condition} and tenant_id > ${afterTenant}`, most)
  if (first.length >= most || afterTenant === '') return first
  return [...first, ...(await walk(tx, table, sql`${condition} and tenant_id <= ${afterTenant}`, most - first.length))]
}

async function walk(
  tx: ServerTx,
  table: 'event_queue' | 'start_request_queue',
  condition: RawBuilder<boolean>,
  most: number,
): Promise<readonly string[]> {
  const rows = await tx
    .withRecursive('turns(tenant_id)', (db) =>
      db
        .selectFrom((eb) =>
          eb
            .selectFrom(table)
            .select('tenant_id')
            .where('due_at', '<=', statementNow)
            .where(condition)
            .orderBy('tenant_id')
            .limit(1)
            .as('first'),
        )
        .select(sql<string>`first.tenant_id`.as('tenant_id'))
        .unionAll(
          db
            .selectFrom('turns as last')
            .innerJoinLateral(
              (eb) =>
                eb
                  .selectFrom(table)
                  .select('tenant_id')
                  .where('due_at', '<=', statementNow)
                  .where(condition)
                  .where('tenant_id', '>', sql<never>`last.tenant_id`)
                  .orderBy('tenant_id')
                  .limit(1)
                  .as('next'),
              (join) => join.onTrue(),
            )
            .select(sql<string>`next.tenant_id`.as('tenant_id')),
        ),
    )
    .selectFrom('turns')
    .select('tenant_id')
    .limit(sql.lit(most))
    .execute()
  return rows.map(({ tenant_id }) => tenant_id)
}
