import type { JsonObject, TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { Vote } from '@tenon/core/node'
import type { FindNodeType } from '../commit/node-types.ts'
import { createPlanCache } from '../commit/plan-cache.ts'
import { calledTypeOf } from '../interpreter/call-frames.ts'
import { createOwnerCheck } from '../park/check-owner.ts'
import { checkGivenParams } from '../park/check-resolution.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { RunReader } from '../run-store.ts'
import type { SecretReader } from '../secret-reader.ts'
import type { RunInbox } from '../store/inbox.ts'
import type { MessageRoute, PutMessage } from '../store/put-message.ts'
import { createRunLogs } from '../store/run-logs.ts'

/** Vote of one person; with `params`, for a call with these instead of its own. */
export type VoteRequest = Vote & { readonly params?: JsonObject }

/** Checks the params of a vote, if it has any, and puts the vote into the inbox of its run. */
export type Decide = (
  tenantId: TenantId,
  approvalId: string,
  vote: VoteRequest,
  route: MessageRoute,
) => Promise<PutMessage>

/** Dependencies of {@link createDecide}. */
interface DecideDeps {
  readonly database: RuntimeDatabase
  readonly reader: RunReader
  readonly inbox: RunInbox
  readonly findType: FindNodeType
  /** Knows whose connections are; absent in processes without connections. */
  readonly secrets?: Pick<SecretReader, 'checkParamsBy'> | undefined
}

/** Memory for the plans of calls that wait for approvals, in bytes. */
const MAX_PLAN_BYTES = 16_777_216

/** Creates the decision of approvals, the same on both engines. */
export function createDecide({ database, reader, inbox, findType, secrets }: DecideDeps): Decide {
  const checkOwner = createOwnerCheck({ findType, secrets })
  const plans = createPlanCache(createRunLogs(database), { maxBytes: MAX_PLAN_BYTES })
  return async (tenantId, approvalId, { params, ...vote }, route) => {
    if (params === undefined) return inbox.decide(tenantId, approvalId, vote, route)
    const wait = await reader.getWait(tenantId, approvalId)
    if (wait === null) return { outcome: 'not_found' }
    const { call } = wait.waitFor
    if (call?.isEditable !== true || vote.choice !== 'approve') throw notEditable()
    const run = await reader.getRun(tenantId, wait.runId)
    const node = run === null ? undefined : calledTypeOf((await plans.get(tenantId, run.planHash)).index.plan, call)
    if (node === undefined) return { outcome: 'not_found' }
    const { ref, payloads } = checkGivenParams(params, node, findType)
    // The same params are no change, so that they count with the votes for the call as it is.
    if (ref.hash === call.params.hash) return inbox.decide(tenantId, approvalId, vote, route)
    await checkOwner(tenantId, node, vote.actor)
    return inbox.decide(tenantId, approvalId, { ...vote, params: ref, payloads }, route)
  }
}

function notEditable(): TenonError {
  const message = 'Only a vote to approve a call that allows it may give other params'
  return new TenonError('REQUEST_INVALID', message, {
    details: { issues: [{ path: ['params'], code: 'invalid_value', message }] },
  })
}
