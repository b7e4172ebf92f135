import type { StartedRun } from '@tenon/core/api'
import { canonicalText, type Json, type RunId, sha256Hex, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { newRunId } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { claimKey, keepAnswer } from '../tables/idempotency-repository.ts'

/** A request that starts a run. */
export interface KeyedStart {
  readonly tenantId: TenantId
  /** Route that is called: each has keys of its own. */
  readonly route: 'startRun' | 'rerunRun'
  /** Key of the caller; `null` for a request that must not be repeated. */
  readonly idempotencyKey: string | null
  /** Request of the start; the same key with another request is refused. */
  readonly request: Json
}

const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/

/**
 * Starts a run once for each idempotency key. With a key, the id of the run is chosen and stored before the run is started,
 * so that a request repeated after a crash in between finds the same run.
 *
 * @param begin - Starts the run with this id, or returns the one that has it.
 * @throws {@link TenonError} `REQUEST_INVALID` for a faulty key, `IDEMPOTENCY_KEY_REUSED`.
 */
export async function startOnce(
  server: ServerContext,
  { tenantId, route, idempotencyKey, request }: KeyedStart,
  begin: (runId: RunId) => Promise<StartedRun>,
): Promise<StartedRun> {
  if (idempotencyKey === null) return begin(newRunId())
  checkKey(idempotencyKey)
  const claimed = { tenant_id: tenantId, route, key: idempotencyKey }
  const requestHash = sha256Hex(canonicalText(request))
  const claim = await server.database.withTenant(tenantId, (tx) =>
    claimKey(tx, {
      ...claimed,
      request_hash: requestHash,
      resource_id: newRunId(),
      created_at: server.now(),
    }),
  )
  if (claim.request_hash !== requestHash) {
    throw new TenonError('IDEMPOTENCY_KEY_REUSED', 'The Idempotency-Key was used with another request')
  }
  if (claim.answer !== null) return JSON.parse(claim.answer) as StartedRun
  const started = await begin(claim.resource_id)
  const answer = await server.database.withTenant(tenantId, (tx) => keepAnswer(tx, claimed, JSON.stringify(started)))
  return JSON.parse(answer) as StartedRun
}

function checkKey(key: string): void {
  if (KEY_PATTERN.test(key)) return
  throw new TenonError('REQUEST_INVALID', 'The Idempotency-Key must be 1 to 200 printable ASCII characters', {
    details: { in: 'header', issues: [{ path: ['Idempotency-Key'], code: 'invalid_format', message: 'Not a key' }] },
  })
}
