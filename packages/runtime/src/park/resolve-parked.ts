import { randomUUID } from 'node:crypto'
import type { ResolutionRequest } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import type { Actor } from '@tenon/core/run'
import type { FindNodeType } from '../commit/node-types.ts'
import { createPlanCache } from '../commit/plan-cache.ts'
import { calledTypeOf } from '../interpreter/call-frames.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { RunReader } from '../run-store.ts'
import type { SecretReader } from '../secret-reader.ts'
import type { RunInbox } from '../store/inbox.ts'
import type { MessageRoute } from '../store/put-message.ts'
import type { PutResolution } from '../store/put-resolution.ts'
import { createRunLogs } from '../store/run-logs.ts'
import type { StoredParked } from '../stored-waits.ts'
import { createOwnerCheck } from './check-owner.ts'
import { type CheckedResolution, checkKind, checkResolution } from './check-resolution.ts'

/** Request to resolve a parked node run. */
export interface ResolveParkedRequest {
  /** Way in which the node run continues or ends. */
  readonly resolution: ResolutionRequest
  /** Person who decided; `null` if no person did. */
  readonly actor: Actor | null
  /** Id of the request; repeating it changes nothing. @defaultValue a new id */
  readonly requestId?: string
}

/** Checks a resolution and puts it into the inbox of its run. */
export type ResolveParked = (
  tenantId: TenantId,
  parkedId: string,
  request: ResolveParkedRequest,
  route: MessageRoute,
) => Promise<PutResolution>

/** Dependencies of {@link createResolveParked}. */
interface ResolveParkedDeps {
  readonly database: RuntimeDatabase
  readonly reader: RunReader
  readonly inbox: RunInbox
  readonly findType: FindNodeType
  /** Knows whose connections are; absent in processes without connections. */
  readonly secrets?: Pick<SecretReader, 'checkParamsBy'> | undefined
}

/** Creates the resolution of parked node runs, the same on both engines. */
export function createResolveParked({ database, reader, inbox, findType, secrets }: ResolveParkedDeps): ResolveParked {
  const plans = createPlanCache(createRunLogs(database), { maxBytes: MAX_PLAN_BYTES })
  /** By request, then by plan and node, so that a value for a group is checked and hashed once. */
  const values = new WeakMap<ResolutionRequest, Map<string, CheckedResolution>>()

  const check = (parked: StoredParked, node: PlanNode, request: ResolutionRequest): CheckedResolution => {
    checkKind(parked, request)
    const ofRequest = values.get(request) ?? new Map<string, CheckedResolution>()
    values.set(request, ofRequest)
    const key = `${parked.planHash}/${node.id}/${node.type}`
    const checked = ofRequest.get(key) ?? checkResolution(node, request, findType)
    ofRequest.set(key, checked)
    return checked
  }

  const checkOwner = createOwnerCheck({ findType, secrets })

  return async (tenantId, parkedId, { resolution, actor, requestId = randomUUID() }, route) => {
    const parked = await reader.getParked(tenantId, parkedId)
    if (parked === null) return { outcome: 'not_found' }
    // Before the values are checked: people who are late need to know that first.
    if (parked.status !== 'open' && parked.resolution?.requestId !== requestId) return { outcome: 'closed' }
    const { index } = await plans.get(tenantId, parked.planHash)
    const node = parked.call === undefined ? index.nodeOf(parked.nodeId) : calledTypeOf(index.plan, parked.call)
    if (node === undefined) return { outcome: 'not_found' }
    const checked = check(parked, node, resolution)
    if (resolution.kind === 'retry_with_params') await checkOwner(tenantId, node, actor)
    return inbox.resolve(tenantId, parkedId, { ...checked, actor, requestId }, route)
  }
}

/** Memory for the plans of parked node runs, in bytes; those of a group mostly share one. */
const MAX_PLAN_BYTES = 16_777_216
