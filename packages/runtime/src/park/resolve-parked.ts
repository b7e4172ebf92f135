import { randomUUID } from 'node:crypto'
import type { ResolutionRequest } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import type { Actor } from '@tenon/core/run'
import type { FindNodeType } from '../commit/node-types.ts'
import { createPlanCache } from '../commit/plan-cache.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { RunReader } from '../run-store.ts'
import type { RunInbox } from '../store/inbox.ts'
import type { MessageRoute } from '../store/put-message.ts'
import type { PutResolution } from '../store/put-resolution.ts'
import { checkResolution } from './check-resolution.ts'

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
}

/** Creates the resolution of parked node runs, the same on both engines. */
export function createResolveParked({ database, reader, inbox, findType }: ResolveParkedDeps): ResolveParked {
  const plans = createPlanCache(database, MAX_PLAN_BYTES)
  return async (tenantId, parkedId, { resolution, actor, requestId = randomUUID() }, route) => {
    const parked = await reader.getParked(tenantId, parkedId)
    if (parked === null) return { outcome: 'not_found' }
    const { index } = await plans.get(tenantId, parked.planHash)
    const node = index.nodeOf(parked.nodeId)
    if (node === undefined) return { outcome: 'not_found' }
    const checked = checkResolution(parked, node, resolution, findType)
    return inbox.resolve(tenantId, parkedId, { ...checked, actor, requestId }, route)
  }
}

/** Memory for the plans of parked node runs, in bytes; those of a group mostly share one. */
const MAX_PLAN_BYTES = 16_777_216
