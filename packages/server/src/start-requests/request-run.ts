import type { Json, RunId, TenantId, WorkflowId } from '@tenon/core/document'
import { encodeValue } from '@tenon/core/run'
import type { ServerContext } from '../context.ts'
import { checkTexts } from './check-texts.ts'
import type { HostTransaction } from './host-transaction.ts'
import { putStartRequest } from './put-start-request.ts'

/** A run to start after the commit of a transaction of the host. */
export interface RunToRequest {
  /** Open transaction on the database that has the tables of the server. */
  readonly tx: HostTransaction
  /** Tenant of the workflow. */
  readonly tenantId: TenantId
  /** Workflow whose published version runs. */
  readonly workflowId: WorkflowId
  /** Input of the run. @defaultValue `{}` */
  readonly input?: Json
  /** Node at which the run starts. @defaultValue the first trigger at which runs are started by hand */
  readonly trigger?: string
  /**
   * Key of the request, 1 to 400 characters: the same request with the same key again starts no other run for 7 days.
   *
   * @defaultValue each request starts a run
   */
  readonly dedupeKey?: string
  /**
   * Key of an order, 1 to 400 characters: committed requests with the same key start one after the other, in the order in
   * which they were stored.
   *
   * @defaultValue no order
   */
  readonly orderKey?: string
}

/** A run that will start after the commit. */
export interface RequestedRun {
  /** Id of the request, by which it is listed. */
  readonly requestId: string
  /** Id of the run, unless the settings of the workflow merge it into another one. */
  readonly runId: RunId
  /** `true` for a request that was stored before: nothing was changed. */
  readonly isRepeated: boolean
}

/** Requests a run in a transaction of the host. */
export async function requestRun(
  { database, startRequests }: Pick<ServerContext, 'database' | 'startRequests'>,
  { tx, tenantId, workflowId, input = {}, trigger, dedupeKey, orderKey }: RunToRequest,
): Promise<RequestedRun> {
  checkTexts({ workflowId, trigger, dedupeKey, orderKey }, ['workflowId'])
  const { requestId, runId, isNew } = await putStartRequest(tx, database.schema, {
    ...{ tenantId, kind: 'run', scope: workflowId, key: dedupeKey ?? null, body: encodeValue(input).text },
    ...{ type: null, subject: null, orderKey: orderKey ?? null, nodeId: trigger ?? null, time: null },
    ...{ servesWaits: false, isChecked: true },
  })
  startRequests.wakeSoon()
  return { requestId, runId: runId ?? '', isRepeated: !isNew }
}
