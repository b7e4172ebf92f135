import { createHash } from 'node:crypto'
import { makeValueRef, type RunEvent } from '@tenon/core/run'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunRef } from './run-ref.ts'
import { type StoredLogRow, unrollRow, valueRefOf } from './stored-events.ts'

/** Most rows of the log in memory at once. */
const PAGE = 100

/** Result of checking the hash chain of a run log. */
export type RunLogCheck =
  | { readonly isIntact: true; readonly events: number }
  /** The last event of the append that does not fit, or the number that is missing. */
  | { readonly isIntact: false; readonly brokenAt: number }

/**
 * Recomputes the hash chain of a run and compares it. Detects changed, added and removed events, and inline values that
 * do not match the hash in their event. Erased inline values do not break the chain.
 */
export async function verifyRunLog(database: RuntimeDatabase, tenantId: string, runId: string): Promise<RunLogCheck> {
  return database.withTenant(tenantId, async (tx) => {
    const { pads, startWeek, nextSeq, headHash } = await readHead(tx, tenantId, runId)
    let head: Uint8Array = Buffer.alloc(0)
    let seen = 0
    let turn = 0
    let append = openAppend(1, 0)
    for await (const row of rowsOf(tx, { tenantId, runId, startWeek })) {
      if (row.seq !== seen + 1) return { isIntact: false, brokenAt: seen + 1 }
      const events = readRow(row)
      const isWhole = events.length === row.last_seq - seen && row.turn === append.turnBefore
      if (!isWhole || events.some(hasOtherValue)) return { isIntact: false, brokenAt: row.last_seq }
      seen = row.last_seq
      turn = events.at(-1)?.turn ?? turn
      append.digest.update(row.events)
      if (row.link === null) continue
      head = linkOf(pads, [head, seqBytes(append.firstSeq), append.digest.digest()])
      if (Buffer.compare(head, row.link) !== 0) return { isIntact: false, brokenAt: seen }
      append = openAppend(seen + 1, turn)
    }
    if (seen !== nextSeq - 1 || Buffer.compare(head, headHash) !== 0) return { isIntact: false, brokenAt: seen + 1 }
    return { isIntact: true, events: seen }
  })
}

/** Returns the events of a row; none if it is unreadable. */
function readRow(row: StoredLogRow): readonly RunEvent[] {
  try {
    return unrollRow(row)
  } catch {
    return []
  }
}

function hasOtherValue(event: RunEvent): boolean {
  const ref = valueRefOf(event)
  return ref?.inline !== undefined && makeValueRef(ref.inline).hash !== ref.hash
}

/** Creates the state of the append whose rows are being read. */
function openAppend(firstSeq: number, turnBefore: number) {
  return { firstSeq, turnBefore, digest: createHash('sha256') }
}

/** Reads the rows of a run page by page, from its partition, or from all partitions if the run row is missing. */
async function* rowsOf(tx: Tx<RuntimeTables>, { tenantId, runId, startWeek }: RunToVerify) {
  const rows = tx
    .selectFrom('run_log')
    .select(['seq', 'last_seq', 'turn', 'events', 'inlines', 'link'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .$if(startWeek !== null, (query) => query.where('start_week', '=', startWeek))
    .orderBy('seq')
    .limit(PAGE)
  for (let after = 0; ; ) {
    const page = await rows.where('seq', '>', after).execute()
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.seq
  }
}

interface RunToVerify extends RunRef {
  readonly startWeek: number | null
}

interface Pads {
  readonly inner_pad: Uint8Array
  readonly outer_pad: Uint8Array
}

async function readHead(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  runId: string,
): Promise<{ pads: Pads; startWeek: number | null; nextSeq: number; headHash: Uint8Array }> {
  const row = await tx
    .selectFrom('runs')
    .innerJoin('tenant_keys', 'tenant_keys.tenant_id', 'runs.tenant_id')
    .select(['inner_pad', 'outer_pad', 'start_week', 'next_seq', 'head_hash'])
    .where('runs.tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  const none = new Uint8Array(64)
  if (row === undefined) {
    return { pads: { inner_pad: none, outer_pad: none }, startWeek: null, nextSeq: 1, headHash: new Uint8Array() }
  }
  return { pads: row, startWeek: row.start_week, nextSeq: row.next_seq, headHash: row.head_hash }
}

/** Encodes `seq` like a 64-bit integer of the database. */
function seqBytes(seq: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(seq))
  return bytes
}

/** Computes HMAC-SHA-256 with precomputed pads, like the append functions. */
function linkOf(pads: Pads, parts: readonly Uint8Array[]): Uint8Array {
  const inner = createHash('sha256').update(pads.inner_pad)
  for (const part of parts) inner.update(part)
  return createHash('sha256').update(pads.outer_pad).update(inner.digest()).digest()
}
