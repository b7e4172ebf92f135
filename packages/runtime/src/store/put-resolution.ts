import { sha256Hex } from '@tenon/core/document'
import type { Fact, ParkedResolved, ParkResolution } from '@tenon/core/run'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { Payload } from './append.ts'
import { hasEndMessage } from './judge-pause.ts'
import { type MessageRoute, type PutMessage, putMessage } from './put-message.ts'
import type { RunRef } from './run-ref.ts'
import { storePayloads } from './run-values.ts'

/** Result of a resolution; `repeated` for the request that was accepted before. */
export type PutResolution = PutMessage | { readonly outcome: 'repeated' }

/** Checked resolution of a parked node run, for the inbox of its run. */
export interface ResolutionToPut extends Omit<ParkedResolved, 'waitId'> {
  /** Values of the resolution that are too large for the inbox. */
  readonly payloads: readonly Payload[]
}

/** Resolution as the row of its wait stores it, as JSON text. */
export interface StoredResolution extends Pick<ParkedResolved, 'requestId' | 'actor'> {
  /** Hash of the resolution with its values, to recognize the same request. */
  readonly hash: string
  readonly kind: ParkedResolved['resolution']['kind']
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

interface ResolutionOf extends ResolutionToPut {
  readonly tenantId: string
  readonly parkedId: string
  readonly at: number
  readonly route: MessageRoute
}

type RuntimeTx = Tx<RuntimeTables>

/** Accepts a resolution under the lock of the row of its wait, in the caller's transaction. */
export async function putResolution(tx: RuntimeTx, request: ResolutionOf): Promise<PutResolution> {
  const { tenantId, parkedId, requestId, resolution, actor, payloads, at, route } = request
  const seen = await parkedRow(tx, request).executeTakeFirst()
  if (seen === undefined) return { outcome: 'not_found' }
  const { run_id: runId, wait_id: waitId } = seen
  // Before the lock of the wait, in the order of all transactions, and not for a request that is too late.
  const hash = resolutionHash(resolution)
  const own = { requestId, actor, hash }
  if (verdictOf(seen, own) === 'new') await addPayloads(tx, { tenantId, runId }, payloads)
  const locked = await parkedRow(tx, request).forUpdate().executeTakeFirst()
  if (locked === undefined) return { outcome: 'not_found' }
  const verdict = verdictOf(locked, own)
  if (verdict !== 'new') return { outcome: verdict }
  if (await hasEndMessage(tx, { tenantId, runId })) return { outcome: 'closed' }
  const stored: StoredResolution = { ...own, kind: resolution.kind, at }
  await tx
    .updateTable('waits')
    .set({ resolution: JSON.stringify(stored) })
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', parkedId)
    .execute()
  const fact: Fact = { type: 'parked_resolved', data: { waitId, requestId, resolution, actor } }
  return putMessage(tx, { tenantId, runId, fact, at, route })
}

function parkedRow(tx: RuntimeTx, { tenantId, parkedId }: Pick<ResolutionOf, 'tenantId' | 'parkedId'>) {
  return tx
    .selectFrom('waits')
    .select(['run_id', 'wait_id', 'status', 'resolution'])
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', parkedId)
    .where('kind', '=', 'parked')
}

/** Returns the hash of a resolution: equal for the same kind, port and value. */
function resolutionHash(resolution: ParkResolution): string {
  switch (resolution.kind) {
    case 'complete':
      return sha256Hex(JSON.stringify([resolution.kind, resolution.port, resolution.output.hash]))
    case 'retry_with_params':
      return sha256Hex(JSON.stringify([resolution.kind, resolution.params.hash]))
    default:
      return sha256Hex(JSON.stringify([resolution.kind]))
  }
}

function verdictOf(
  { status, resolution }: { readonly status: string; readonly resolution: string | null },
  request: Pick<StoredResolution, 'requestId' | 'actor' | 'hash'>,
): 'new' | 'repeated' | 'closed' {
  if (resolution === null) return status === 'open' ? 'new' : 'closed'
  const first = JSON.parse(resolution) as StoredResolution
  // The same id with another decision or from another person is another request; a canceled one has not been applied.
  const isSame =
    first.requestId === request.requestId &&
    first.hash === request.hash &&
    first.actor?.userId === request.actor?.userId &&
    status !== 'canceled'
  return isSame ? 'repeated' : 'closed'
}

/** Stores values of a message that are too large for the inbox, in the caller's transaction. */
export async function addPayloads(
  tx: RuntimeTx,
  { tenantId, runId }: RunRef,
  payloads: readonly Payload[],
): Promise<void> {
  if (payloads.length === 0) return
  // First, as an append does: the rows of the run's payloads refer to it.
  await tx
    .selectFrom('runs')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .forKeyShare()
    .execute()
  await storePayloads(tx, { tenantId, runId }, payloads)
}
