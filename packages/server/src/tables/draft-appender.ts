import { DRAFT_LIMITS } from '@tenon/core/collab'
import type { UserId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { identifier, preparedStatement } from '@tenon/runtime/postgres'
import { CompiledQuery } from 'kysely'
import type { DraftRef } from './draft-repository.ts'
import type { ServerDatabase, ServerTx } from './server-tables.ts'

/** One Yjs update of one user. */
export interface DraftUpdate {
  readonly bytes: Uint8Array
  readonly userId: UserId
}

/** Updates that are added to a draft. */
export interface DraftAppend {
  /** In their order, at least one. */
  readonly updates: readonly DraftUpdate[]
  /** Last update that the caller has seen. */
  readonly seq: number
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** Behavior hash of the document after the updates. @defaultValue computed when it is needed */
  readonly behaviorHash?: string
}

/** A draft after an append. */
export interface AppendedDraft {
  /** Number of the last update; those of the append have consecutive numbers up to it. */
  readonly seq: number
  /** Last update that the snapshot holds. */
  readonly snapshotSeq: number
  /** Bytes of snapshot and updates together. */
  readonly totalBytes: number
  /** Updates that others have stored since `seq` of the append, and the snapshot instead of those that it holds. */
  readonly missed: readonly Uint8Array[]
}

/** Adds updates to drafts. Every update of a draft but the first goes this way. */
export interface DraftAppender {
  /**
   * Stores updates in one round trip, which is a transaction of its own.
   *
   * @throws {@link TenonError} `VALUE_TOO_LARGE` when the draft would exceed its limit; `WORKFLOW_NOT_FOUND`, also for a
   * deleted workflow; `UNAVAILABLE`, and then it is unknown whether the updates are stored.
   */
  append(ref: DraftRef, append: DraftAppend): Promise<AppendedDraft>
  /**
   * Stores updates as a part of a transaction of the tenant.
   *
   * @throws {@link TenonError} `VALUE_TOO_LARGE`, `WORKFLOW_NOT_FOUND`.
   */
  appendIn(tx: ServerTx, ref: DraftRef, append: DraftAppend): Promise<AppendedDraft>
}

/** The `updated_at` of a workflow follows its draft, but not with every keystroke. */
const TOUCH_MS = 5_000

const PARAMETERS = [
  ['p_role', 'text'],
  ['p_tenant', 'text'],
  ['p_workflow', 'text'],
  ['p_seq', 'bigint'],
  ['p_max_bytes', 'bigint'],
  ['p_at', 'bigint'],
  ['p_touch_ms', 'bigint'],
  ['p_behavior_hash', 'text'],
  ['p_bytes', 'bytea[]'],
  ['p_users', 'text[]'],
] as const

interface AppendRow {
  readonly result: 'ok' | 'full' | 'missing'
  readonly last_seq: number
  readonly snapshot_at: number
  readonly total: number
  readonly missed: readonly Uint8Array[] | null
}

/** Creates the appender of a database, over its function `append_draft_v1`. */
export function createDraftAppender(database: ServerDatabase): DraftAppender {
  const columns = 'result, last_seq, snapshot_at, total, missed'
  const statement = preparedStatement(
    (parameters) => `select ${columns} from ${identifier(database.schema)}.append_draft_v1(${parameters})`,
    PARAMETERS,
  )
  const valuesOf = (
    role: string | null,
    { tenantId, workflowId }: DraftRef,
    { updates, seq, at, behaviorHash }: DraftAppend,
  ): readonly unknown[] => [
    ...[role, tenantId, workflowId, seq, DRAFT_LIMITS.draftBytes, at, TOUCH_MS, behaviorHash ?? null],
    ...[updates.map(({ bytes }) => bytes), updates.map(({ userId }) => userId)],
  ]
  return {
    async append(ref, append) {
      const [row] = await database.call<AppendRow>(statement, valuesOf(await database.role(), ref, append))
      return resultOf(row)
    },
    async appendIn(tx, ref, append) {
      // The transaction has taken on its role.
      const query = CompiledQuery.raw(statement.text, [...valuesOf(null, ref, append)])
      const { rows } = await tx.executeQuery<AppendRow>(query)
      return resultOf(rows[0])
    },
  }
}

function resultOf(row: AppendRow | undefined): AppendedDraft {
  if (row?.result === 'full') throw draftFull()
  if (row?.result !== 'ok') throw new TenonError('WORKFLOW_NOT_FOUND', 'No workflow has this id')
  return { seq: row.last_seq, snapshotSeq: row.snapshot_at, totalBytes: row.total, missed: row.missed ?? [] }
}

/** Makes the error for a draft that would exceed its limit. */
export function draftFull(): TenonError {
  return new TenonError('VALUE_TOO_LARGE', `The draft would exceed ${DRAFT_LIMITS.draftBytes} bytes`, {
    remedy: 'Remove nodes or long texts, or split the workflow.',
    details: { maxBytes: DRAFT_LIMITS.draftBytes },
  })
}
