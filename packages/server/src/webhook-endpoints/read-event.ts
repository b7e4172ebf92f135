import type { RunEventData, WebhookEvent } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { cutText } from '@tenon/core/text'
import { toInstant, toInstantOrNull } from '../http/instant.ts'
import { findConnection } from '../tables/connection-repository.ts'
import type { ClaimedEvent } from '../tables/event-queue-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { findEndpoint } from '../tables/webhook-endpoint-repository.ts'

/** Characters of the message of a failure that an event has. */
const MAX_MESSAGE = 1_000

type Read = (tx: ServerTx, tenantId: TenantId, ids: readonly string[]) => Promise<object | null>

/**
 * Reads what an event is about, as it is now.
 *
 * @returns `null` for an event that is not sent: it is of a test run, or what it is about was deleted.
 */
export async function readEvent(tx: ServerTx, entry: ClaimedEvent): Promise<WebhookEvent | null> {
  const { tenant_id: tenantId, event_id: id, event_type: type, at } = entry
  const data = await READ[type](tx, tenantId, JSON.parse(entry.subject))
  if (data === null) return null
  // The readers below return the data of their type.
  return { id, type, timestamp: toInstant(at), tenantId, data } as WebhookEvent
}

const readRun: Read = async (tx, tenantId, [runId = '']): Promise<RunEventData | null> => {
  const row = await tx
    .selectFrom('runs')
    .select(['workflow_id', 'version', 'status', 'queued_at', 'finished_at', 'error'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  if (row === undefined || row.finished_at === null) return null
  return {
    ...{ runId, workflowId: row.workflow_id, version: row.version },
    ...{ queuedAt: toInstant(row.queued_at), finishedAt: toInstant(row.finished_at) },
    error: row.status === 'failed' ? errorIn(row.error) : null,
  }
}

/** The row has what the run log has, whose message may be long. */
function errorIn(text: string | null): RunEventData['error'] {
  const { code, message }: { code?: unknown; message?: unknown } = JSON.parse(text ?? '{}')
  return { code: String(code ?? 'INTERNAL'), message: cutText(String(message ?? ''), MAX_MESSAGE) }
}

const readWait = async (tx: ServerTx, tenantId: TenantId, id: string) => {
  const row = await tx
    .selectFrom('waits')
    .innerJoin('runs', (join) =>
      join.onRef('runs.tenant_id', '=', 'waits.tenant_id').onRef('runs.run_id', '=', 'waits.run_id'),
    )
    .select(['waits.run_id', 'waits.workflow_id', 'waits.node_id', 'waits.due_at', 'waits.fingerprint'])
    .where('waits.tenant_id', '=', tenantId)
    .where('waits.approval_id', '=', id)
    .where('runs.mode', '=', 'live')
    .executeTakeFirst()
  if (row === undefined) return null
  const { run_id: runId, workflow_id: workflowId, node_id: nodeId, due_at, fingerprint } = row
  return { ref: { runId, workflowId, nodeId }, due_at, fingerprint }
}

const readTrigger: Read = async (_tx, _tenantId, [workflowId, nodeId]) => ({ workflowId, nodeId })
const readVersion: Read = async (_tx, _tenantId, [workflowId, version]) => ({ workflowId, version })

const READ: Readonly<Record<WebhookEvent['type'], Read>> = {
  'run.completed': readRun,
  'run.failed': readRun,
  'run.canceled': readRun,
  'node.parked': async (tx, tenantId, [parkedId = '']) => {
    const wait = await readWait(tx, tenantId, parkedId)
    return wait === null ? null : { parkedId, ...wait.ref, fingerprint: wait.fingerprint }
  },
  'approval.opened': async (tx, tenantId, [approvalId = '']) => {
    const wait = await readWait(tx, tenantId, approvalId)
    return wait === null ? null : { approvalId, ...wait.ref, dueAt: toInstantOrNull(wait.due_at) }
  },
  'connection.needs_reauth': async (tx, tenantId, [connectionId = '']) => {
    const row = await findConnection(tx, tenantId, connectionId)
    if (row === null) return null
    // The name of a connection of one person is shown to no other.
    return { connectionId, connector: row.connector, name: row.sharing_kind === 'user' ? null : row.name }
  },
  'trigger.paused': readTrigger,
  'trigger.resumed': readTrigger,
  'version.published': readVersion,
  'rollout.rolled_back': readVersion,
  'endpoint.disabled': async (tx, tenantId, [endpointId = '']) => {
    const row = await findEndpoint(tx, { tenantId, endpointId })
    if (row === null) return null
    return { endpointId, url: withoutQuery(row.url), reason: row.disabled_reason ?? 'It was disabled' }
  },
  'endpoint.test': async (_tx, _tenantId, [endpointId]) => ({ endpointId }),
}

/** A query may have a token of the receiver. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
