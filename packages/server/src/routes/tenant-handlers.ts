import { ROUTES, type TenantState, type Usage } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import type { ServerContext } from '../context.ts'
import { implementRoute, type RouteCall, type RouteImplementation } from '../http/route-handler.ts'
import { auditHook } from '../tables/audit-repository.ts'
import { workflowNames } from '../tables/workflow-repository.ts'
import { presentPause } from '../workflows/present-pause.ts'

/** Most runs that wait by default, as the runtime has it. */
const MAX_QUEUED = 10_000

export const tenantHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.getTenant, async ({ server, identity }) => ({
    status: 200,
    json: await stateOf(server, identity.tenantId),
  })),

  implementRoute(ROUTES.pauseTenant, async (call) => ({ status: 200, json: await pauseOrResume('pause', call) })),

  implementRoute(ROUTES.resumeTenant, async (call) => ({ status: 200, json: await pauseOrResume('resume', call) })),

  implementRoute(ROUTES.getUsage, async ({ server, identity }) => ({
    status: 200,
    json: await usageOf(server, identity.tenantId),
  })),
]

async function pauseOrResume(
  request: 'pause' | 'resume',
  { server, identity }: Pick<RouteCall<typeof ROUTES.pauseTenant>, 'server' | 'identity'>,
): Promise<TenantState> {
  const { tenantId, userId, displayName } = identity
  const entry = { identity, action: `tenant.${request}`, resource: tenantId, at: server.now() } as const
  const hook = auditHook(entry)
  if (request === 'pause') await server.engine.pauseStarts(tenantId, null, { userId, displayName }, hook)
  else await server.engine.resumeStarts(tenantId, null, hook)
  return stateOf(server, tenantId)
}

async function stateOf(server: ServerContext, tenantId: TenantId): Promise<TenantState> {
  const { inProgress: limit, queued: queuedRunsLimit = MAX_QUEUED } = server.runLimitsOf(tenantId)
  const runsInProgressLimit = limit !== undefined && Number.isFinite(limit) ? limit : null
  const pause = (await server.reader.readPauses(tenantId, [''])).get('')
  const { queued, inProgress } = await server.reader.countRuns(tenantId)
  return {
    pause: pause === undefined ? null : presentPause(pause),
    queuedRuns: queued,
    runsInProgress: runsInProgressLimit === null ? null : inProgress,
    runsInProgressLimit,
    queuedRunsLimit: Number.isFinite(queuedRunsLimit) ? queuedRunsLimit : null,
  }
}

async function usageOf(server: ServerContext, tenantId: TenantId): Promise<Usage> {
  const { runsDays } = await server.retention.optionsOf(tenantId)
  return {
    ...{ runsKeptDays: runsDays, ...(await server.dataUsage.usageOf(tenantId)) },
    models: await modelsOf(server, tenantId),
  }
}

async function modelsOf(server: ServerContext, tenantId: TenantId): Promise<Usage['models']> {
  const month = new Date(server.now()).toISOString().slice(0, 7)
  const { workflows, ...total } = await server.models.readMonth(tenantId, month)
  const names = await server.database.withTenant(tenantId, (tx) =>
    workflowNames(
      tx,
      tenantId,
      workflows.map(({ workflowId }) => workflowId),
    ),
  )
  return {
    ...{ month, ...total },
    workflows: workflows.map((each) => ({ ...each, workflowName: names.get(each.workflowId) ?? '' })),
  }
}
