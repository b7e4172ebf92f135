import { type PreparedStatement, preparedStatement } from '../postgres/prepared-statement.ts'
import { identifier } from '../postgres/quote.ts'
import type { Append, AppendResult, NewRun } from './append.ts'
import { compareOperations } from './append.ts'
import { type RunRef, runKey } from './run-ref.ts'
import type { PackedAppend } from './stored-events.ts'

/** An append with its events packed into rows of the log. */
export interface AppendToSend {
  readonly append: Append
  readonly packed: PackedAppend
}

/** A call of the database that stores appends: its values, and a parser of its response. */
export interface AppendCall<Row> {
  readonly statement: PreparedStatement
  readonly values: readonly unknown[]
  readonly resultsOf: (row: Row) => readonly AppendResult[]
}

/** Last parameters of the functions for one append: the end of the run, the events and the operations. */
const STORED = [
  ['p_finished_at', 'bigint'],
  ['p_outcome', 'text'],
  ['p_output', 'text'],
  ['p_error', 'text'],
  ['p_digest', 'bytea'],
  ['p_events', 'text'],
  ['p_inlines', 'text'],
  ['p_operations', 'text[]'],
] as const

const CREATE = [
  ['p_role', 'text'],
  ['p_tenant', 'text'],
  ['p_run', 'text'],
  ['p_start_week', 'integer'],
  ['p_trace', 'text'],
  ['p_workflow', 'text'],
  ['p_version', 'text'],
  ['p_mode', 'text'],
  ['p_engine', 'text'],
  ['p_plan_hash', 'text'],
  ['p_semantics', 'integer'],
  ['p_queued_at', 'bigint'],
  ['p_turns', 'integer'],
  ['p_count', 'integer'],
  ['p_status', 'text'],
  ['p_started_at', 'bigint'],
  ['p_started_by', 'text'],
  ...STORED,
] as const

const ONE = [
  ['p_role', 'text'],
  ['p_tenant', 'text'],
  ['p_run', 'text'],
  ['p_expect_turn', 'integer'],
  ['p_expect_seq', 'bigint'],
  ['p_turns', 'integer'],
  ['p_count', 'integer'],
  ['p_status', 'text'],
  ...STORED,
] as const

const MANY = [
  ['p_role', 'text'],
  ['r_tenant', 'text[]'],
  ['r_run', 'text[]'],
  ['r_expect_turn', 'integer[]'],
  ['r_expect_seq', 'bigint[]'],
  ['r_turns', 'integer[]'],
  ['r_count', 'integer[]'],
  ['r_status', 'text[]'],
  ['r_started_at', 'bigint[]'],
  ['r_finished_at', 'bigint[]'],
  ['r_outcome', 'text[]'],
  ['r_output', 'text[]'],
  ['r_error', 'text[]'],
  ['r_create', 'text[]'],
  ['r_digest', 'bytea[]'],
  ['r_row_count', 'integer[]'],
  ['r_events', 'text[]'],
  ['r_inlines', 'text[]'],
  ['k_tenant', 'text[]'],
  ['k_run', 'text[]'],
  ['l_append', 'integer[]'],
  ['l_skip', 'integer[]'],
  ['l_count', 'integer[]'],
  ['l_events', 'text[]'],
  ['l_inlines', 'text[]'],
  ['y_append', 'integer[]'],
  ['y_hash', 'text[]'],
  ['y_size', 'bigint[]'],
  ['y_data', 'text[]'],
  ['n_append', 'integer[]'],
  ['n_hash', 'text[]'],
  ['n_data', 'text[]'],
  ['o_append', 'integer[]'],
  ['o_operations', 'text[]'],
] as const

interface OneRow {
  readonly result: AppendResult['outcome']
  readonly first_seq: number
  readonly turn_before: number
}

interface ManyRow {
  readonly stored: readonly number[] | null
  readonly first_seqs: readonly (number | string)[] | null
  readonly turns_before: readonly number[] | null
  readonly refused: readonly number[] | null
  readonly results: readonly Exclude<AppendResult['outcome'], 'ok'>[] | null
}

/** Statements with which an appender stores its batches. */
export interface AppendStatements {
  /** Returns the call for one append for which {@link isSimple} is true. */
  one(role: string | null, toSend: AppendToSend): AppendCall<OneRow>
  /** Returns the call for appends of different runs, ordered by tenant and run. */
  many(role: string | null, batch: readonly AppendToSend[]): AppendCall<ManyRow>
}

export function createAppendStatements(schema: string): AppendStatements {
  const single = (name: string) => (parameters: string) =>
    `select result, first_seq, turn_before from ${identifier(schema)}.${name}(${parameters})`
  const create = preparedStatement(single('append_create_v3'), CREATE)
  const one = preparedStatement(single('append_one_v1'), ONE)
  const columns = 'stored, first_seqs, turns_before, refused, results'
  const many = preparedStatement(
    (parameters) => `select ${columns} from ${identifier(schema)}.append_many_v3(${parameters})`,
    MANY,
  )
  return {
    one: (role, toSend) => {
      const { create: row } = toSend.append
      return {
        ...(row === null
          ? { statement: one, values: valuesOfOne(role, toSend) }
          : { statement: create, values: valuesOfCreate(role, toSend, row) }),
        resultsOf: (result) => [resultOf(result)],
      }
    },
    many: (role, batch) => ({
      statement: many,
      values: valuesOfMany(role, batch),
      resultsOf: (row) => resultsOf(row, batch.length),
    }),
  }
}

/**
 * Checks whether an append has one row of events, stores no values and no plan beside the log, locks no other run, and
 * sets the start of a run only if it creates that run.
 */
export function isSimple({ append, packed }: AppendToSend): boolean {
  const { kind, patch, operations, payloads } = append
  if (payloads.length > 0 || packed.rows.length !== 1) return false
  if (kind !== 'create' && patch?.startedAt !== undefined) return false
  return operations.every(({ op }) => op !== 'plan' && op !== 'waits_lock')
}

/** Returns the expected turn; null for observations, which need none. */
function expectTurnOf({ kind, expectTurn }: Append): number | null {
  return kind === 'observe' ? null : expectTurn
}

function valuesOfCreate(role: string | null, toSend: AppendToSend, create: NewRun): readonly unknown[] {
  const { tenantId, runId, turns, events, status, patch } = toSend.append
  return [
    role,
    tenantId,
    runId,
    create.startWeek,
    create.traceId,
    create.workflowId,
    create.version,
    create.mode,
    create.engine,
    create.planHash,
    create.semantics,
    create.queuedAt,
    turns,
    events.length,
    status,
    patch?.startedAt,
    JSON.stringify(create.startedBy),
    ...valuesOfStored(toSend),
  ]
}

function valuesOfOne(role: string | null, toSend: AppendToSend): readonly unknown[] {
  const { tenantId, runId, expectSeq = null, turns, events, status } = toSend.append
  return [
    role,
    tenantId,
    runId,
    expectTurnOf(toSend.append),
    expectSeq,
    turns,
    events.length,
    status,
    ...valuesOfStored(toSend),
  ]
}

/** Returns the values of {@link STORED}. */
function valuesOfStored({ append: { patch, operations }, packed }: AppendToSend): readonly unknown[] {
  const [row] = packed.rows
  return [
    patch?.finishedAt,
    patch?.outcome,
    textOf(patch?.output),
    textOf(patch?.error),
    packed.digest,
    row?.events,
    row?.inlines,
    operations.length === 0 ? null : operations.map((each) => JSON.stringify(each)),
  ]
}

function valuesOfMany(role: string | null, batch: readonly AppendToSend[]): readonly unknown[] {
  const appends = batch.map(({ append }) => append)
  const packs = batch.map(({ packed }) => packed)
  const later = packs.flatMap(({ rows }, index) => rows.slice(1).map((row) => ({ ...row, position: index + 1 })))
  const payloads = appends.flatMap((append, index) => append.payloads.map((each) => ({ ...each, position: index + 1 })))
  const plans = appends.flatMap(({ operations }, index) =>
    operations.flatMap((each) => (each.op === 'plan' ? [{ ...each, position: index + 1 }] : [])),
  )
  const operations = operationsOf(appends)
  return [
    role,
    appends.map(({ tenantId }) => tenantId),
    appends.map(({ runId }) => runId),
    appends.map(expectTurnOf),
    appends.map(({ expectSeq = null }) => expectSeq),
    appends.map(({ turns }) => turns),
    appends.map(({ events }) => events.length),
    appends.map(({ status }) => status),
    appends.map(({ patch }) => patch?.startedAt ?? null),
    appends.map(({ patch }) => patch?.finishedAt ?? null),
    appends.map(({ patch }) => patch?.outcome ?? null),
    appends.map(({ patch }) => textOf(patch?.output)),
    appends.map(({ patch }) => textOf(patch?.error)),
    orNull(appends.map(({ create }) => textOf(create ?? undefined))),
    packs.map(({ digest }) => digest),
    packs.map(({ rows }) => rows[0]?.count ?? 0),
    packs.map(({ rows }) => rows[0]?.events ?? null),
    packs.map(({ rows }) => rows[0]?.inlines ?? null),
    ...columnsOf(runsToLock(appends), ['tenantId', 'runId']),
    ...columnsOf(later, ['position', 'offset', 'count', 'events', 'inlines']),
    ...columnsOf(payloads, ['position', 'hash', 'size', 'text']),
    ...columnsOf(plans, ['position', 'planHash', 'data']),
    ...columnsOf(operations, ['position', 'text']),
  ]
}

/**
 * Returns the runs of a batch with those that it locks for their cancelation, in the order of its appends, each once;
 * none if it cancels no other run. Two batches may cancel runs of each other.
 */
function runsToLock(appends: readonly Append[]): readonly RunRef[] {
  const canceled = appends.flatMap(({ tenantId, operations }) =>
    operations.flatMap((operation) => (operation.op === 'waits_lock' ? [{ tenantId, runId: operation.runId }] : [])),
  )
  if (canceled.length === 0) return []
  const byKey = new Map(
    [...appends, ...canceled].map(({ tenantId, runId }) => [runKey({ tenantId, runId }), { tenantId, runId }]),
  )
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, run]) => run)
}

/** Returns one array for each field, or null for each if there are no items. */
function columnsOf<Item>(items: readonly Item[], fields: readonly (keyof Item)[]): readonly unknown[] {
  return fields.map((field) => (items.length === 0 ? null : items.map((item) => item[field])))
}

function orNull(items: readonly (string | null)[]): readonly (string | null)[] | null {
  return items.every((item) => item === null) ? null : items
}

function textOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

/**
 * Returns the operations of all appends, ordered by their tables first and then by the runs whose rows they change, so
 * that two batches never lock in opposite orders. Those of one run keep the order of their append.
 */
function operationsOf(appends: readonly Append[]): readonly { readonly position: number; readonly text: string }[] {
  return appends
    .flatMap(({ tenantId, runId, operations }, index) =>
      operations.flatMap((operation) =>
        operation.op === 'plan' ? [] : [{ tenantId, runId, operation, position: index + 1 }],
      ),
    )
    .sort(compareOperations)
    .map(({ position, operation }) => ({ position, text: JSON.stringify(operation) }))
}

function resultOf({ result, first_seq: firstSeq, turn_before: turnBefore }: OneRow): AppendResult {
  return result === 'ok' ? { outcome: 'ok', firstSeq, turnBefore } : { outcome: result }
}

function resultsOf(row: ManyRow, count: number): readonly AppendResult[] {
  const results: AppendResult[] = new Array(count)
  row.stored?.forEach((position, index) => {
    const firstSeq = Number(row.first_seqs?.[index])
    results[position - 1] = { outcome: 'ok', firstSeq, turnBefore: row.turns_before?.[index] as number }
  })
  row.refused?.forEach((position, index) => {
    results[position - 1] = { outcome: row.results?.[index] as Exclude<AppendResult['outcome'], 'ok'> }
  })
  return results
}
