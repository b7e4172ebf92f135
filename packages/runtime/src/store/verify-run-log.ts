import { createHash } from 'node:crypto'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { type DigestedEvent, digestOf } from './append-digest.ts'
import { EVENT_COLUMNS, eventOfRow } from './event-rows.ts'

const PAGE = 1_000

/** Whether the hash chain of a run log holds, and where it breaks if it does not. */
export type RunLogCheck =
  | { readonly isIntact: true; readonly events: number }
  /** The last event of the append that does not fit, or the number that is missing. */
  | { readonly isIntact: false; readonly brokenAt: number }

/** Computes the hash chain of a run again and compares: any event changed, added or taken away shows. */
export async function verifyRunLog(database: RuntimeDatabase, tenantId: string, runId: string): Promise<RunLogCheck> {
  return database.withTenant(tenantId, async (tx) => {
    const { pads, startWeek, nextSeq, headHash } = await readHead(tx, tenantId, runId)
    let head = ''
    let seen = 0
    let append: (DigestedEvent & { readonly cause: number | undefined })[] = []
    for await (const row of rowsOf(tx, { tenantId, runId, startWeek })) {
      seen += 1
      if (row.seq !== seen) return { isIntact: false, brokenAt: seen }
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
    if (seen !== nextSeq - 1 || head !== headHash) return { isIntact: false, brokenAt: seen + 1 }
    return { isIntact: true, events: seen }
  })
}

/** The events of a run page by page, from the one partition that has them; from all if the run itself is gone. */
async function* rowsOf(tx: Tx<RuntimeTables>, { tenantId, runId, startWeek }: RunLogPlace) {
  const events = tx
    .selectFrom('run_events')
    .select([...EVENT_COLUMNS, 'link'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .$if(startWeek !== null, (query) => query.where('start_week', '=', startWeek))
    .orderBy('seq')
    .limit(PAGE)
  for (let after = 0; ; ) {
    const page = await events.where('seq', '>', after).execute()
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.seq
  }
}

interface RunLogPlace {
  readonly tenantId: string
  readonly runId: string
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
): Promise<{ pads: Pads; startWeek: number | null; nextSeq: number; headHash: string }> {
  const row = await tx
    .selectFrom('runs')
    .innerJoin('tenant_keys', 'tenant_keys.tenant_id', 'runs.tenant_id')
    .select(['inner_pad', 'outer_pad', 'start_week', 'next_seq', 'head_hash'])
    .where('runs.tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  const none = new Uint8Array(64)
  if (row === undefined) {
    return { pads: { inner_pad: none, outer_pad: none }, startWeek: null, nextSeq: 1, headHash: '' }
  }
  return { pads: row, startWeek: row.start_week, nextSeq: row.next_seq, headHash: row.head_hash }
}

/** HMAC-SHA-256 with the key's pads made beforehand, as the append function computes it. */
function linkOf(pads: Pads, message: string): string {
  const inner = createHash('sha256').update(pads.inner_pad).update(message).digest()
  return createHash('sha256').update(pads.outer_pad).update(inner).digest('hex')
}
