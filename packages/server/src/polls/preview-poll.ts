import type { Identity, PollPreview } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { type PollParams, pollParams } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import type { ServerContext } from '../context.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { findPoll } from '../tables/poll-repository.ts'
import type { TriggerRef } from '../tables/trigger-repository.ts'
import { draftTrigger } from '../triggers/check-triggers.ts'
import { checkConnections } from '../vault/check-connections.ts'
import { askService, ReconnectWanted, sourceOf } from './ask-service.ts'
import { memoryOf, planItems } from './poll-memory.ts'

const MAX_SHOWN = 20
const MAX_DATA = 4_000

/**
 * Polls by a trigger of the draft, with the cursor of the published one if both ask the same, and says which items would
 * start runs. Nothing is started or stored.
 *
 * @throws {@link TenonError} `TRIGGER_NOT_FOUND` if the draft has no such trigger, `WORKFLOW_INVALID` if it is unfinished or names a
 * connection that it may not use, `POLL_FAILED`, `POLL_RESULT_INVALID`.
 */
export async function previewPoll(server: ServerContext, identity: Identity, ref: TriggerRef): Promise<PollPreview> {
  const { document } = await readSealedDraft(server, ref, identity)
  const found = draftTrigger(server.registry.manifest, document, ref.nodeId)
  if (found === null || found.kind !== 'poll') {
    throw new TenonError('TRIGGER_NOT_FOUND', 'The draft has no poll with this node id')
  }
  const { node, params } = found
  await checkConnections(server, identity, ref.workflowId, { nodes: [node] })
  const row = await server.database.withTenant(ref.tenantId, (tx) => findPoll(tx, ref))
  const memory = row === null ? null : memoryOf(row, sourceOf(server, found, node))
  const { begin }: PollParams = pollParams.parse(JSON.parse(params))
  const { items } = await askService(server, ref, node, memory?.cursor ?? null).catch((error: unknown) => {
    throw error instanceof ReconnectWanted ? new TenonError('POLL_FAILED', error.message, { cause: error }) : error
  })
  // As if all were wanted, so that a new trigger shows what it finds.
  const { start, pass } = planItems(memory, items, 'all')
  // A service may name an id twice.
  const known = new Map(pass.map((item) => [item.id, item]))
  const shown = [
    ...start.map((item) => ({ ...item, isNew: true })),
    ...[...known.values()].map((item) => ({ ...item, isNew: false })),
  ].slice(0, MAX_SHOWN)
  return {
    items: shown.map(({ id, data, isNew }) => ({ id, data: cutText(JSON.stringify(data, null, 2), MAX_DATA), isNew })),
    newCount: start.length,
    seenCount: pass.length,
    startsNone: memory === null && begin === 'new',
  }
}
