import type { EngineChangeRequest, Fact, RunEngine } from '@tenon/core/run'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { hasEndMessage, isEnding } from './judge-pause.ts'
import { lockOpenRun } from './lock-open-run.ts'
import { type MessageRoute, type PutMessage, putMessage } from './put-message.ts'
import type { RunRef } from './run-ref.ts'

/**
 * Result of a request to change the engine of a run. `unchanged`: the engine executes the run already, or a request for it
 * waits; `queued`: it has not begun; `pending`: a request for another engine waits.
 */
export type PutEngineChange = PutMessage | { readonly outcome: 'unchanged' | 'queued' | 'pending' }

/** A request to change the engine of a run. */
export interface EngineChangeToPut extends RunRef {
  readonly request: Omit<EngineChangeRequest, 'from'>
  /** Engine of a request that the run has applied and that waits for the end of the nodes in progress; `null` without one. */
  readonly applied: RunEngine | null
  readonly at: number
  readonly route: MessageRoute
}

type EngineFact = Extract<Fact, { readonly type: 'engine_change_requested' }>

/** Beginning of the ids of requests to change the engine, from `factId`. */
const ENGINE_MESSAGES = 'engine/'

/**
 * Accepts a request to change the engine of a run, in the caller's transaction: it locks the run, so that of two requests
 * at once the second one sees the first. One for the engine that executes the run withdraws the one that waits; the run
 * changes nevertheless if it comes to that first.
 */
export async function putEngineChange(
  tx: Tx<RuntimeTables>,
  { tenantId, runId, request, applied, at, route }: EngineChangeToPut,
): Promise<PutEngineChange> {
  const run = await lockOpenRun(tx, { tenantId, runId })
  if (typeof run === 'string') return { outcome: run }
  if (run.status === 'queued') return { outcome: 'queued' }
  // Of several, the last one is a withdrawal.
  const waiting = await tx
    .selectFrom('run_inbox')
    .select('fact')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('message_id', 'like', `${ENGINE_MESSAGES}%`)
    .orderBy('position', 'desc')
    .executeTakeFirst()
  // The run may have changed since.
  const held = applied === run.engine ? null : applied
  const next = waiting === undefined ? held : (JSON.parse(waiting.fact) as EngineFact).data.to
  if ((next ?? run.engine) === request.to) return { outcome: 'unchanged' }
  // It withdraws the request that waits.
  const stays = run.engine === request.to
  if (next !== null && !stays) return { outcome: 'pending' }
  if ((await hasEndMessage(tx, { tenantId, runId })) || (await isEnding(tx, { tenantId, runId }))) {
    return { outcome: 'closed' }
  }
  const fact: Fact = { type: 'engine_change_requested', data: { ...request, from: run.engine as RunEngine } }
  return putMessage(tx, { tenantId, runId, fact, at, route })
}
