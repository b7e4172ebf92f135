import type { Identity, SentEvent } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { holdEventFiles } from '../files/hold-input-files.ts'
import { putOwnStartRequest } from '../start-requests/put-start-request.ts'
import { auditHook } from '../tables/audit-repository.ts'
import { type EventToSend, requestOf, usedUntil } from './send-event.ts'

type BatchDeps = Pick<
  ServerContext,
  'database' | 'dataUsage' | 'eventTypes' | 'startRequests' | 'files' | 'now' | 'log'
>

/** Event of a batch, which has an id of its sender. */
type BatchEvent = EventToSend & { readonly id: string }

/**
 * Stores all events of a batch in one transaction, or none. They are delivered to waits and start runs after that.
 *
 * @throws {@link TenonError} as for one event; message and issues name the event by its index and its id.
 */
export async function sendBatch(
  server: BatchDeps,
  identity: Identity,
  events: readonly BatchEvent[],
): Promise<readonly SentEvent[]> {
  const { tenantId } = identity
  for (const [index, event] of events.entries()) {
    await naming(index, event, async () => {
      server.eventTypes.check(event.type, event.data)
      await server.dataUsage.checkValue(tenantId, event.data, ['data'])
    })
  }
  // Before they are stored, so that no crash in between leaves an event without its files.
  for (const event of events) await holdEventFiles(server, tenantId, event.data, usedUntil(server.now(), event))
  await server.database.withTenant(tenantId, async (scoped) => {
    const tx = scoped.withTables()
    for (const [index, event] of events.entries()) {
      const { type, subject } = event
      const request = requestOf(tenantId, { ...event, servesWaits: subject !== null })
      const { isNew } = await naming(index, event, () => putOwnStartRequest(tx, server.database.schema, request))
      if (!isNew) continue
      const details = subject === null ? {} : { key: subject }
      await auditHook({ identity, action: 'event.send', resource: type, at: server.now(), details })(tx)
    }
  })
  server.startRequests.wake()
  return events.map(({ id }) => ({ eventId: id, status: 'accepted', delivered: 0, expiresAt: null, refused: [] }))
}

/** Adds to an error which event of a batch has it. */
async function naming<Value>(index: number, { id }: BatchEvent, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TenonError)) throw error
    const { code, details, remedy, retryable } = error
    const message = `Event ${index} of the batch (id "${id}"): ${error.message}`
    const own = details?.['issues']
    const issues = (Array.isArray(own) ? own : [{ path: ['id'], code, message: error.message }]).map((issue) => ({
      ...issue,
      path: [index, ...issue.path],
    }))
    throw new TenonError(code, message, { ...{ remedy, retryable, cause: error }, details: { ...details, issues } })
  }
}
