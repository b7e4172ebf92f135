import type { ModelSpend, SpentModelCall } from '@tenon/core/node'
import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunRef } from '../store/run-ref.ts'

type RuntimeTx = Tx<RuntimeTables>

/** Billionths of a US dollar in one. */
const NANO = 1_000_000_000
/** Workflows of a month that are listed. */
const MOST_WORKFLOWS = 100

/** Scopes in the order of the keys of their rows, in which these are locked. */
export const SPEND_SCOPES = ['node', 'run', 'tenant', 'workflow'] as const
/** One of {@link SPEND_SCOPES}. */
export type SpendScope = (typeof SPEND_SCOPES)[number]

/** A call whose rows are counted. */
export interface CountedCall extends RunRef {
  readonly workflowId: string
  readonly nodeId: string
  /** Time of its begin in milliseconds since the Unix epoch. */
  readonly at: number
}

/** Key of a row. */
export interface SpendKey {
  readonly scope: SpendScope
  readonly scopeId: string
  readonly period: string
}

/** Counts of a row, in whole numbers. */
export interface SpendCounts {
  readonly scope: SpendScope
  readonly calls: number
  readonly tokens: number
  readonly nanoUsd: number
  readonly durationMs: number
}

/** Returns an amount in billionths of a US dollar. */
export function toNanoUsd(usd: number): number {
  return Math.round(usd * NANO)
}

/** Returns the keys of the rows that a call counts in, in the order in which they are locked. */
export function spendKeys({ runId, workflowId, nodeId, at }: CountedCall): readonly SpendKey[] {
  const day = new Date(at).toISOString().slice(0, 10)
  return [
    { scope: 'node', scopeId: `${runId}/${nodeId}`, period: '' },
    { scope: 'run', scopeId: runId, period: '' },
    { scope: 'tenant', scopeId: '', period: day.slice(0, 7) },
    { scope: 'workflow', scopeId: workflowId, period: day },
  ]
}

/** Creates the rows of a call that do not exist, locks all of them, and returns their counts with the estimates. */
export async function lockSpend(tx: RuntimeTx, call: CountedCall): Promise<readonly SpendCounts[]> {
  const { tenantId, runId } = call
  const keys = spendKeys(call)
  await tx
    .insertInto('model_spend')
    .values(
      keys.map(({ scope, scopeId, period }) => ({
        ...{ tenant_id: tenantId, scope, scope_id: scopeId, period },
        run_id: scope === 'run' || scope === 'node' ? runId : null,
        ...{ calls: 0, input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, cost_nano_usd: 0, duration_ms: 0 },
        ...{ reserved_tokens: 0, reserved_nano_usd: 0 },
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const rows = await tx
    .selectFrom('model_spend')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('scope', 'scope_id', 'period'),
        'in',
        keys.map(({ scope, scopeId, period }) => tuple(scope, scopeId, period)),
      ),
    )
    .orderBy('scope')
    .orderBy('scope_id')
    .orderBy('period')
    .forUpdate()
    .execute()
  return rows.map((row) => ({
    scope: row.scope as SpendScope,
    calls: Number(row.calls),
    tokens: Number(row.input_tokens) + Number(row.output_tokens) + Number(row.reserved_tokens),
    nanoUsd: Number(row.cost_nano_usd) + Number(row.reserved_nano_usd),
    durationMs: Number(row.duration_ms),
  }))
}

/** Change of the rows of a call, which are locked. */
export interface SpendChange {
  readonly calls: number
  readonly reservedTokens: number
  readonly reservedNanoUsd: number
  readonly spent: SpentModelCall | null
}

/** Adds to the locked rows of a call. */
export async function addSpend(tx: RuntimeTx, call: CountedCall, change: SpendChange): Promise<void> {
  const { calls, reservedTokens, reservedNanoUsd, spent } = change
  const keys = spendKeys(call)
  await tx
    .updateTable('model_spend')
    .set((eb) => ({
      calls: eb('calls', '+', calls),
      input_tokens: eb('input_tokens', '+', spent?.inputTokens ?? 0),
      cached_input_tokens: eb('cached_input_tokens', '+', spent?.cachedInputTokens ?? 0),
      output_tokens: eb('output_tokens', '+', spent?.outputTokens ?? 0),
      cost_nano_usd: eb('cost_nano_usd', '+', toNanoUsd(spent?.costUsd ?? 0)),
      duration_ms: eb('duration_ms', '+', spent?.durationMs ?? 0),
      reserved_tokens: eb('reserved_tokens', '+', reservedTokens),
      reserved_nano_usd: eb('reserved_nano_usd', '+', reservedNanoUsd),
    }))
    .where('tenant_id', '=', call.tenantId)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('scope', 'scope_id', 'period'),
        'in',
        keys.map(({ scope, scopeId, period }) => tuple(scope, scopeId, period)),
      ),
    )
    .execute()
}

/** Selects the workflow of a run; `null` if there is no such run. */
export async function workflowOfRun(tx: RuntimeTx, { tenantId, runId }: RunRef): Promise<string | null> {
  const run = await tx
    .selectFrom('runs')
    .select('workflow_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  return run?.workflow_id ?? null
}

const SUMS = [
  sql<number>`coalesce(sum(calls), 0)`.as('calls'),
  sql<number>`coalesce(sum(input_tokens), 0)`.as('inputTokens'),
  sql<number>`coalesce(sum(cached_input_tokens), 0)`.as('cachedInputTokens'),
  sql<number>`coalesce(sum(output_tokens), 0)`.as('outputTokens'),
  sql<number>`coalesce(sum(cost_nano_usd), 0)`.as('nanoUsd'),
  sql<number>`coalesce(sum(duration_ms), 0)`.as('durationMs'),
] as const

/** Selects the use of a run, or of a tenant in a month, as `2026-12`. */
export async function selectSpend(
  tx: RuntimeTx,
  tenantId: string,
  { scope, scopeId, period }: SpendKey,
): Promise<ModelSpend> {
  const row = await tx
    .selectFrom('model_spend')
    .select(SUMS)
    .where('tenant_id', '=', tenantId)
    .where('scope', '=', scope)
    .where('scope_id', '=', scopeId)
    .where('period', '=', period)
    .executeTakeFirstOrThrow()
  return toSpend(row)
}

/** Selects the use of workflows in a month, the most expensive first. */
export async function selectWorkflowSpend(
  tx: RuntimeTx,
  tenantId: string,
  month: string,
): Promise<readonly (ModelSpend & { readonly workflowId: string })[]> {
  const rows = await tx
    .selectFrom('model_spend')
    .select(['scope_id', ...SUMS])
    .where('tenant_id', '=', tenantId)
    .where('scope', '=', 'workflow')
    .where('period', '>=', `${month}-01`)
    .where('period', '<=', `${month}-31`)
    .groupBy('scope_id')
    .orderBy('nanoUsd', 'desc')
    .orderBy('inputTokens', 'desc')
    .orderBy('scope_id')
    .limit(MOST_WORKFLOWS)
    .execute()
  return rows.map(({ scope_id, ...sums }) => ({ workflowId: scope_id, ...toSpend(sums) }))
}

type Sums = Omit<ModelSpend, 'costUsd'> & { readonly nanoUsd: number }

/** Sums of large integers come as texts. */
function toSpend({ calls, inputTokens, cachedInputTokens, outputTokens, nanoUsd, durationMs }: Sums): ModelSpend {
  return {
    calls: Number(calls),
    inputTokens: Number(inputTokens),
    cachedInputTokens: Number(cachedInputTokens),
    outputTokens: Number(outputTokens),
    costUsd: Number(nanoUsd) / NANO,
    durationMs: Number(durationMs),
  }
}
