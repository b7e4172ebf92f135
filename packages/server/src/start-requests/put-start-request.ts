import { type RunId, TENANT_ID_PATTERN, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { identifier } from '@tenon/runtime/postgres'
import { reasonOf } from '../log/reason-of.ts'
import { type HostTransaction, queryIn } from './host-transaction.ts'

/** A run or an event to store, to be worked on after the commit. */
export interface RequestToPut {
  readonly tenantId: TenantId
  readonly kind: 'run' | 'event'
  /** Workflow of a run, source of an event. */
  readonly scope: string
  /** Dedupe key of a run, id of an event. */
  readonly key: string | null
  /** JSON of the input of a run, or of the data of an event. */
  readonly body: string
  readonly type: string | null
  readonly subject: string | null
  readonly orderKey: string | null
  readonly nodeId: string | null
  readonly time: string | null
  /** True to deliver an event to the runs that wait for it, when it is worked on. */
  readonly servesWaits: boolean
  /** True if the sender has checked the data of an event against its type. */
  readonly isChecked: boolean
}

/** A request that is stored, or that was stored before. */
export interface PutRequest {
  readonly requestId: string
  readonly runId: RunId | null
  /** False for one that was stored before: nothing was changed. */
  readonly isNew: boolean
}

/** Longest input or data in bytes, as that of a request to the API. */
const MAX_BYTES = 1_048_576
/** SQLSTATEs of a schema, function or column that does not exist, or that the login may not use. */
const OTHER_DATABASE: ReadonlySet<unknown> = new Set(['3F000', '42883', '42P01', '42703', '42501'])
const MAX_CAUSES = 16

/**
 * Stores a request in a transaction, by one statement.
 *
 * @throws {@link TenonError} `TENANT_INVALID`, `VALUE_TOO_LARGE`, `TRANSACTION_UNSUPPORTED`,
 * `TRANSACTION_DATABASE_MISMATCH`; `IDEMPOTENCY_KEY_REUSED` for a run and `EVENT_ID_USED` for an event with the key of one
 * that differs. Other errors of the transaction are thrown as they are.
 */
export async function putStartRequest(tx: HostTransaction, schema: string, request: RequestToPut): Promise<PutRequest> {
  checkRequest(request)
  const { tenantId, kind, scope, key, body, type, subject, orderKey, nodeId, time } = request
  const { servesWaits, isChecked } = request
  const values = [tenantId, kind, scope, key, body, type, subject, orderKey, nodeId, time]
  // Names of one word: plugins of the host may rename columns.
  const text = `select id, run, is_new as fresh, is_same as same from ${identifier(schema)}.put_start_request(
    $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::boolean,
    $12::boolean)`
  const [row] = await queryIn(tx, text, [...values, servesWaits, isChecked]).catch((error: unknown) => {
    throw explained(error, schema)
  })
  if (row === undefined) throw new TenonError('TRANSACTION_UNSUPPORTED', 'The transaction returned no row')
  if (row['same'] !== true) {
    if (kind === 'event') throw new TenonError('EVENT_ID_USED', 'The id belongs to another event of its source')
    throw new TenonError('IDEMPOTENCY_KEY_REUSED', 'The dedupe key belongs to a request with another input', {
      remedy: 'Use a new dedupe key for another request.',
    })
  }
  return { requestId: String(row['id']), runId: row['run'] as RunId | null, isNew: row['fresh'] === true }
}

/** Longest wait for a transaction of the host that has an event with the same id and has not ended. */
const LOCK_TIMEOUT = '2s'
/** SQLSTATE of a lock that was not available in time. */
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Stores a request in a transaction of the server itself, which does not wait for an open transaction of the host with the
 * same event for longer than 2 s.
 *
 * @throws {@link TenonError} as {@link putStartRequest}; `UNAVAILABLE` after that time.
 */
export async function putOwnStartRequest(
  tx: HostTransaction,
  schema: string,
  request: RequestToPut,
): Promise<PutRequest> {
  await queryIn(tx, "select set_config('lock_timeout', $1::text, true)", [LOCK_TIMEOUT])
  try {
    const put = await putStartRequest(tx, schema, request)
    await queryIn(tx, 'set local lock_timeout to default', [])
    return put
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause) || cause.code !== LOCK_NOT_AVAILABLE) throw cause
    throw new TenonError('UNAVAILABLE', 'A transaction that has not ended sends an event with the same id', { cause })
  }
}

function checkRequest({ tenantId, body }: RequestToPut): void {
  if (typeof tenantId !== 'string' || !TENANT_ID_PATTERN.test(tenantId)) {
    throw new TenonError('TENANT_INVALID', 'This is not a valid tenant id')
  }
  const bytes = Buffer.byteLength(body)
  if (bytes <= MAX_BYTES) return
  throw new TenonError('VALUE_TOO_LARGE', `The value has ${bytes} bytes as JSON; at most ${MAX_BYTES} are accepted`, {
    details: { maxBytes: MAX_BYTES },
  })
}

/** Drivers wrap the error of the database. */
function explained(error: unknown, schema: string): unknown {
  let cause: unknown = error
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    const code = 'code' in cause ? cause.code : undefined
    if (OTHER_DATABASE.has(code)) {
      const message = `The transaction cannot call "${schema}".put_start_request: ${reasonOf(cause)}`
      return new TenonError('TRANSACTION_DATABASE_MISMATCH', message, { cause: error, details: { schema } })
    }
    if (code === 'TN400') {
      return new TenonError('REQUEST_INVALID', `The request cannot be stored: ${cause.message}`, { cause: error })
    }
    cause = cause.cause
  }
  return error
}
