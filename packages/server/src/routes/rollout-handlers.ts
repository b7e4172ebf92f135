import { ROUTES } from '@tenon/core/api'
import type { ServerContext } from '../context.ts'
import { decodeCursor, decodeNumber, pageOf } from '../http/cursor.ts'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { changeRollout, startRollout } from '../rollouts/change-rollout.ts'
import { presentRollouts } from '../rollouts/present-rollout.ts'
import { listRolloutRows } from '../tables/rollout-repository.ts'
import { listRefusedRows } from '../tables/rollout-runs-repository.ts'
import type { VersionRolloutRow } from '../tables/rollout-tables.ts'

const DEFAULT_PAGE = 20

export const rolloutHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.listRollouts, async ({ server, resource, query }) => {
    const { tenant_id: tenantId, workflow_id: workflowId } = resource
    const limit = query.limit ?? DEFAULT_PAGE
    const page = { below: decodeNumber(query.cursor), limit }
    const rows = await server.database.withTenant(tenantId, (tx) => listRolloutRows(tx, { tenantId, workflowId }, page))
    const { items, nextCursor } = pageOf(
      rows,
      limit,
      (row) => row,
      (row) => ({ at: row.number, id: row.version }),
    )
    return { status: 200, json: { items: await presentRollouts(server, items), nextCursor } }
  }),

  implementRoute(ROUTES.startRollout, async ({ server, identity, resource, body }) =>
    answerWith(server, await startRollout(server, identity, resource, body.runs)),
  ),

  implementRoute(ROUTES.promoteRollout, async ({ server, identity, resource }) =>
    answerWith(server, await changeRollout(server, identity, resource, 'promote')),
  ),

  implementRoute(ROUTES.rollBackRollout, async ({ server, identity, resource }) =>
    answerWith(server, await changeRollout(server, identity, resource, 'rollBack')),
  ),

  implementRoute(ROUTES.stopRollout, async ({ server, identity, resource }) =>
    answerWith(server, await changeRollout(server, identity, resource, 'stop')),
  ),

  implementRoute(ROUTES.listRefusedRuns, async ({ server, resource, query }) => {
    const { tenant_id: tenantId, workflow_id: workflowId, version } = resource
    const limit = query.limit ?? DEFAULT_PAGE
    const page = { after: decodeCursor(query.cursor)?.id ?? null, limit }
    const rows = await server.database.withTenant(tenantId, (tx) =>
      listRefusedRows(tx, { tenantId, workflowId, version }, page),
    )
    return {
      status: 200,
      json: pageOf(
        rows,
        limit,
        (row) => ({ runId: row.run_id, code: row.code ?? '', message: row.message ?? '' }),
        (row) => ({ at: 0, id: row.run_id }),
      ),
    }
  }),
]

/** Answers with a rollout, and has this process work on it. */
async function answerWith(server: ServerContext, row: VersionRolloutRow) {
  server.rollouts.wake()
  const [rollout] = await presentRollouts(server, [row])
  if (rollout === undefined) throw new RangeError('A rollout was not presented')
  return { status: 200, json: rollout } as const
}
