import { createHash } from 'node:crypto'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { type DigestedEvent, digestOf } from './append-digest.ts'
import { EVENT_COLUMNS, eventOfRow } from './event-rows.ts'

/** Whether the hash chain of a run log holds, and where it breaks if it does not. */
export type RunLogCheck =
  | { readonly isIntact: true; readonly events: number }
  /** The last event of the append that does not fit, or the number that is missing. */
  | { readonly isIntact: false; readonly brokenAt: number }

/** Computes the hash chain of a run again and compares: any event changed, added or taken away shows. */
export async function verifyRunLog(database: RuntimeDatabase, tenantId: string, runId: string): Promise<RunLogCheck> {
  return database.withTenant(tenantId, async (tx) => {
    const { pads, nextSeq, headHash } = await readHead(tx, tenantId, runId)
    const rows = await tx
      .selectFrom('run_events')
      .select([...EVENT_COLUMNS, 'link'])
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .orderBy('seq')
      .execute()
    let head = ''
    let append: (DigestedEvent & { readonly cause: number | undefined })[] = []
    for (const [index, row] of rows.entries()) {
      if (row.seq !== index + 1) return { isIntact: false, brokenAt: index + 1 }
      const { class: eventClass, id, at, type, data, cause } = eventOfRow(row)
      append.push({ class: eventClass, id, at, type, nodeRunId: row.node_run_id, data, causeOffset: null, cause })
      if (row.link === null) continue
      const firstSeq = row.seq - append.length + 1
      const digest = digestOf(
        append.map(({ cause: at, ...event }) => ({ ...event, causeOffset: at === undefined ? null : at - firstSeq })),
      )
      head = linkOf(pads, `${head}.${firstSeq}.${digest}`)
      if (head !== row.link) return { isIntact: false, brokenAt: row.seq }
      append = []
    }
    if (rows.length !== nextSeq - 1 || head !== headHash) return { isIntact: false, brokenAt: rows.length + 1 }
    return { isIntact: true, events: rows.length }
  })
}

interface Pads {
  readonly inner_pad: Uint8Array
  readonly outer_pad: Uint8Array
}

async function readHead(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  runId: string,
): Promise<{ pads: Pads; nextSeq: number; headHash: string }> {
  const row = await tx
    .selectFrom('runs')
    .innerJoin('tenant_keys', 'tenant_keys.tenant_id', 'runs.tenant_id')
    .select(['inner_pad', 'outer_pad', 'next_seq', 'head_hash'])
    .where('runs.tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  const none = new Uint8Array(64)
  if (row === undefined) return { pads: { inner_pad: none, outer_pad: none }, nextSeq: 1, headHash: '' }
  return { pads: row, nextSeq: row.next_seq, headHash: row.head_hash }
}

/** HMAC-SHA-256 with the key's pads made beforehand, as the append function computes it. */
function linkOf(pads: Pads, message: string): string {
  const inner = createHash('sha256').update(pads.inner_pad).update(message).digest()
  return createHash('sha256').update(pads.outer_pad).update(inner).digest('hex')
}
