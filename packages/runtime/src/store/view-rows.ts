import { hash } from 'node:crypto'
import { OUTER_PART, type RunHead, type ViewPart } from '@tenon/core/run'
import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunRef } from './run-ref.ts'

/** Version of the stored form: increase it when the fold of a run log gives other views. */
export const VIEW_VERSION = 1

/** A row of a stored view. */
export interface ViewRow {
  readonly part: string
  readonly seq: number
  /** JSON text: a {@link StoredHead} in the outer part, a {@link ViewPart} in the others. */
  readonly data: string
}

/** Stored outer part with the head of the view. */
export interface StoredHead {
  readonly version: number
  readonly head: RunHead
  readonly part: ViewPart
}

/** Content of a stored view that this process can read. */
export interface ReadableView {
  readonly head: RunHead
  readonly parts: ReadonlyMap<string, ViewPart>
}

/** A stored view: `none`, `older` or `newer` than this process reads, `broken` if its text is not what was stored. */
export type StoredView = ReadableView | 'none' | 'older' | 'newer' | 'broken'

/** Selects rows of a view in one statement, so that they are of one moment. */
export function selectViewRows(
  tx: Tx<RuntimeTables>,
  { tenantId, runId }: RunRef,
  keys: readonly string[],
  { withOpen }: { readonly withOpen: boolean },
): Promise<ViewRow[]> {
  return tx
    .selectFrom('run_views')
    .select(['part', 'seq', 'data'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where((eb) => {
      const isNamed = eb('part', '=', sql<string>`any(${keys})`)
      return withOpen ? eb.or([isNamed, eb('is_open', '=', true)]) : isNamed
    })
    .execute()
}

/** Reads rows of a view, of which one is the outer part. */
export function viewOfRows(rows: readonly ViewRow[]): StoredView {
  const outer = rows.find(({ part }) => part === OUTER_PART)
  if (outer === undefined) return 'none'
  const stored = parsed(outer.data)
  if (!isRecord(stored) || typeof stored.version !== 'number') return 'broken'
  if (stored.version !== VIEW_VERSION) return stored.version < VIEW_VERSION ? 'older' : 'newer'
  const { head, part } = stored
  if (!isRecord(head) || head.seq !== outer.seq || !isPart(part)) return 'broken'
  const parts = new Map([[OUTER_PART, part]])
  for (const row of rows) {
    if (row === outer) continue
    const inner = parsed(row.data)
    if (!isPart(inner)) return 'broken'
    parts.set(row.part, inner)
  }
  return { head: head as unknown as RunHead, parts }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isPart(value: unknown): value is ViewPart {
  return isRecord(value) && [value.nodeRuns, value.approvals, value.parked, value.waits].every(Array.isArray)
}

/** Digest of a stored text, as {@link storedTextDigest} computes it. */
export function digestOf(data: string): string {
  return hash('sha256', data, 'hex')
}

/** Digest of the stored text of a row. */
export const storedTextDigest = sql<string>`encode(sha256(convert_to(run_views.data, 'UTF8')), 'hex')`
