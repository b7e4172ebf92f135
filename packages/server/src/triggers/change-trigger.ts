import type { Identity, Trigger } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { continueSchedule, stopSchedule } from '../schedule-rules/put-schedules.ts'
import { insertAudit } from '../tables/audit-repository.ts'
import {
  findTrigger,
  lockTrigger,
  openTest,
  replaceGeneration,
  type TriggerRef,
  updateTrigger,
} from '../tables/trigger-repository.ts'
import { draftTrigger } from './check-triggers.ts'
import { findTimes, presentTrigger } from './present-trigger.ts'
import { versionTriggersOf } from './put-version-triggers.ts'

/** Time for which a test address is open. */
const TEST_MS = 60 * 60 * 1_000

/**
 * Pauses or resumes a published trigger, with an entry in the audit log if that changes anything.
 *
 * @throws {@link TenonError} `TRIGGER_NOT_FOUND`.
 */
export async function changeTrigger(
  server: ServerContext,
  identity: Identity,
  ref: TriggerRef,
  change: 'pause' | 'resume',
): Promise<Trigger> {
  const { tenantId, workflowId, nodeId } = ref
  const at = server.now()
  const stored = await server.database.withTenant(tenantId, async (tx) => {
    const before = await lockTrigger(tx, ref)
    if (before === null || before.version === null) throw notFound()
    if ((before.paused_at === null) === (change === 'resume')) {
      return { row: before, ...(await findTimes(tx, ref)) }
    }
    await updateTrigger(tx, ref, {
      ...(change === 'pause'
        ? { paused_at: at, pauser_id: identity.userId, pauser_name: identity.displayName }
        : { paused_at: null, pauser_id: null, pauser_name: null }),
      updated_at: at,
    })
    // Of another kind, there is none.
    await (change === 'pause' ? stopSchedule(tx, ref) : continueSchedule(tx, ref, before))
    await insertAudit(tx, { identity, action: `trigger.${change}`, resource: workflowId, at, details: { nodeId } })
    return { row: await findTrigger(tx, ref), ...(await findTimes(tx, ref)) }
  })
  return presentTrigger(server, ref, stored)
}

/**
 * Opens a test of a trigger of the draft: for an hour, each message to its test address, or each event of its type, starts a
 * test run, up to 100.
 *
 * @throws {@link TenonError} `TRIGGER_NOT_FOUND` if the draft has no such webhook, `WORKFLOW_INVALID` if it is unfinished.
 */
export async function openTriggerTest(server: ServerContext, identity: Identity, ref: TriggerRef): Promise<Trigger> {
  const { tenantId, workflowId, nodeId } = ref
  const { document } = await readSealedDraft(server, ref, identity)
  const found = draftTrigger(server.registry.manifest, document, nodeId)
  // The times of a schedule pass by themselves, and a poll is tried by its preview.
  if (found === null || found.kind === 'schedule' || found.kind === 'poll') throw notFound()
  const at = server.now()
  const row = await server.database.withTenant(tenantId, async (tx) => {
    const { node_id, kind, node_type, params } = found
    await openTest(tx, ref, { node_id, kind, node_type, params }, { identity, until: at + TEST_MS, at })
    await insertAudit(tx, { identity, action: 'trigger.open_test', resource: workflowId, at, details: { nodeId } })
    return findTrigger(tx, ref)
  })
  return presentTrigger(server, ref, { row, draftKind: found.kind })
}

/**
 * Gives a trigger of the published version or of the draft a new address, with an entry in the audit log. An open test ends:
 * its address may have been seen as well.
 *
 * @throws {@link TenonError} `TRIGGER_NOT_FOUND`.
 */
export async function replaceAddress(server: ServerContext, identity: Identity, ref: TriggerRef): Promise<Trigger> {
  const { tenantId, workflowId, nodeId } = ref
  const at = server.now()
  const { document } = await readSealedDraft(server, ref, identity)
  const [found] = versionTriggersOf(server.registry.manifest, document).filter(({ node_id }) => node_id === nodeId)
  const row = await server.database.withTenant(tenantId, async (tx) => {
    const before = await lockTrigger(tx, ref)
    if (before?.version == null && found === undefined) throw notFound()
    const kind = (before?.version == null ? found : before)?.kind
    if (kind !== 'webhook' && kind !== 'form') throw withoutAddress()
    await replaceGeneration(tx, ref, found ?? null, at)
    await insertAudit(tx, {
      identity,
      action: 'trigger.replace_address',
      resource: workflowId,
      at,
      details: { nodeId },
    })
    return findTrigger(tx, ref)
  })
  return presentTrigger(server, ref, { row, draftKind: found?.kind ?? null })
}

function withoutAddress(): TenonError {
  return new TenonError('TRIGGER_NOT_FOUND', 'No webhook and no form has this node id')
}

function notFound(): TenonError {
  return new TenonError('TRIGGER_NOT_FOUND', 'No trigger has this node id')
}
