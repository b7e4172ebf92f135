import { randomUUID } from 'node:crypto'
import type { RunId, TenantId } from '@tenon/core/document'
import type { Actor, RunEngine } from '@tenon/core/run'
import type { Committer } from '../commit/commit-types.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { type PutEngineChange, putEngineChange } from '../store/put-engine-change.ts'
import type { MessageRoute } from '../store/put-message.ts'

/** Request to have another engine execute a run. */
export interface ChangeEngineRequest {
  /** Engine that is to execute the run. */
  readonly engine: RunEngine
  /** Person who made the request; `null` if no person did. */
  readonly actor: Actor | null
  /** Id of the request; repeating it changes nothing. @defaultValue a new id */
  readonly requestId?: string
}

/** Puts a request to change the engine into the inbox of its run, the same on both engines. */
export type RequestEngineChange = (
  tenantId: TenantId,
  runId: RunId,
  request: ChangeEngineRequest,
  route: MessageRoute,
) => Promise<PutEngineChange>

/** Dependencies of {@link createRequestEngineChange}. */
interface RequestEngineChangeDeps {
  readonly database: RuntimeDatabase
  readonly committer: Pick<Committer, 'withSession'>
  readonly now: () => number
}

/** @see docs/adr/0062-a-run-changes-its-engine-between-its-nodes.md */
export function createRequestEngineChange({ database, committer, now }: RequestEngineChangeDeps): RequestEngineChange {
  return async (tenantId, runId, { engine, actor, requestId = randomUUID() }, route) => {
    const put = async () => {
      // One that the run has applied waits in its state for the end of the nodes in progress.
      const applied = await committer.withSession(
        { tenantId, runId, isStale: true },
        ({ machine }) => machine.engineChange?.to ?? null,
      )
      const change = { tenantId, runId, applied, route, request: { requestId, actor, to: engine } }
      return database.withTenant(tenantId, (tx) => putEngineChange(tx, { ...change, at: now() }))
    }
    const first = await put()
    // The run may have applied a request after the session was read and before its row was locked.
    return first.outcome === 'unchanged' ? put() : first
  }
}
