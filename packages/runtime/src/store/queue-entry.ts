import { isJsonObject, type Json, type RunPriority, sha256Hex } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createPlainScope, evaluateTemplate } from '@tenon/core/evaluate'
import type { Plan, PlanBatching, PlanDebounce, PlanRate } from '../interpreter/plan.ts'

/** Values of a run that decide when it is admitted, besides its workflow. */
export interface QueueEntry {
  /** Most runs of the workflow with the same key in progress; null for no limit. */
  readonly limit: number | null
  /** Value of the concurrency key; null without one. */
  readonly key: string | null
  /** Equal for runs of a workflow that share a limit: a hash of the key, since dispatch tables hold no content. */
  readonly group: string
  /** Limit of its starts in an interval; null without one. */
  readonly rate: RateEntry | null
  /** Higher ones first. */
  readonly priority: number
}

/** Limit of the starts of a workflow in an interval, for one run. */
export interface RateEntry {
  /** Most starts in the interval. */
  readonly limit: number
  readonly intervalMs: number
  /** Value of the rate key; null without one. */
  readonly key: string | null
  /** Equal for runs of a workflow that share the rate, as {@link QueueEntry.group}. */
  readonly group: string
}

const RANKS: Readonly<Record<RunPriority, number>> = { high: 1, normal: 0, low: -1 }

/** Returns the rank of a priority in the order of rows. */
export function rankOf(priority: RunPriority = 'normal'): number {
  return RANKS[priority]
}

/** Returns the priority of a rank. */
export function priorityOf(rank: number): RunPriority {
  return rank > 0 ? 'high' : rank < 0 ? 'low' : 'normal'
}

/** Longest value of a key in characters. */
const MAX_KEY_LENGTH = 200

/**
 * Returns the entry of a run in the queue.
 *
 * @throws {@link TenonError} `CONCURRENCY_KEY_INVALID`, `START_KEY_INVALID` if a key of the workflow has no value for this
 * input.
 */
export function queueEntryOf(
  { concurrency, rate, priority }: Pick<Plan, 'concurrency' | 'rate' | 'priority'>,
  input: Json,
): QueueEntry {
  const key = valueOfKey(concurrency?.key, input, CONCURRENCY_KEY)
  return {
    limit: concurrency?.limit ?? null,
    key,
    group: groupOf(key),
    rate: rate === undefined ? null : rateEntryOf(rate, input),
    priority: rankOf(priority),
  }
}

function rateEntryOf({ limit, intervalMs, key }: PlanRate, input: Json): RateEntry {
  const value = valueOfKey(key, input, RATE_KEY)
  return { limit, intervalMs, key: value, group: groupOf(value) }
}

/** Returns a hash of the value of a key; empty without one. */
export function groupOf(key: string | null): string {
  return key === null ? '' : sha256Hex(key).slice(0, 32)
}

/** Rules for requests that need no run of their own. */
export interface RequestRules {
  /** Null if each request is another one. */
  readonly dedupe: { readonly group: string; readonly windowMs: number } | null
  /** Null if each request starts a run. */
  readonly collect: CollectRule | null
}

/** Requests with the same group share a run: it has the input of the last of them, or the items of all. */
export type CollectRule = { readonly group: string } & (
  | { readonly kind: 'debounce'; readonly delayMs: number; readonly maxWaitMs: number | null }
  | { readonly kind: 'batching'; readonly maxSize: number; readonly maxWaitMs: number }
)

/** Rules of requests that always start a run. */
const NO_RULES: RequestRules = { dedupe: null, collect: null }

/** A request to start a run, as its rules see it. */
interface RequestToJudge {
  readonly mode: 'live' | 'test'
  readonly version: string
  readonly trigger: string
  readonly input: Json
  readonly rerun?: unknown
}

/**
 * Returns the rules that apply to a request. Test runs and reruns are always wanted; children are started by their parents.
 *
 * @throws {@link TenonError} `START_KEY_INVALID` if a key of the workflow has no value for this input; `RUN_INPUT_INVALID`
 * (details: `issues`) if it has no list of items that are collected, or too many of them.
 */
export function requestRulesOf(
  { dedupe, debounce, batching }: Pick<Plan, 'dedupe' | 'debounce' | 'batching'>,
  request: RequestToJudge,
): RequestRules {
  const { mode, input, rerun } = request
  if (mode === 'test' || rerun !== undefined) return NO_RULES
  return {
    dedupe:
      dedupe === undefined
        ? null
        : { group: groupOf(valueOfKey(dedupe.key, input, DEDUPE_KEY)), windowMs: dedupe.windowMs },
    collect: batching === undefined ? debounceRule(debounce, request) : batchingRule(batching, request),
  }
}

function debounceRule(debounce: PlanDebounce | undefined, request: RequestToJudge): CollectRule | null {
  if (debounce === undefined) return null
  const { key, delayMs, maxWaitMs = null } = debounce
  return { kind: 'debounce', group: collectGroup('debounce', key, request), delayMs, maxWaitMs }
}

function batchingRule({ key, maxSize, maxWaitMs }: PlanBatching, request: RequestToJudge): CollectRule {
  const { length } = itemsOf(request.input)
  if (length > maxSize) {
    const message = `Send at most ${maxSize} items at once`
    throw new TenonError('RUN_INPUT_INVALID', `The run input has ${length} items, and a run has at most ${maxSize}`, {
      details: { issues: [{ path: ['input', 'items'], code: 'too_long', message }] },
    })
  }
  return { kind: 'batching', group: collectGroup('batching', key, request), maxSize, maxWaitMs }
}

/**
 * Returns the items of the input of a request.
 *
 * @throws {@link TenonError} `RUN_INPUT_INVALID` if it has no list of them.
 */
export function itemsOf(input: Json): readonly Json[] {
  const items = isJsonObject(input) ? input.items : undefined
  if (Array.isArray(items)) return items
  throw new TenonError('RUN_INPUT_INVALID', 'The run input has no list of items, which this workflow collects', {
    details: { issues: [{ path: ['input', 'items'], code: 'invalid_type', message: 'Send a list of items' }] },
  })
}

/** A run has one version and one trigger. The kind comes first, so that rows say what they wait for. */
function collectGroup(
  kind: CollectRule['kind'],
  key: string | undefined,
  { version, trigger, input }: RequestToJudge,
): string {
  const value = valueOfKey(key, input, kind === 'debounce' ? DEBOUNCE_KEY : BATCHING_KEY)
  return `${kind}/${groupOf(JSON.stringify([version, trigger, value]))}`
}

/** Names a key in errors. */
interface KeyKind {
  readonly code: 'CONCURRENCY_KEY_INVALID' | 'START_KEY_INVALID'
  readonly name: string
}

const CONCURRENCY_KEY: KeyKind = { code: 'CONCURRENCY_KEY_INVALID', name: 'concurrency key' }
const RATE_KEY: KeyKind = { code: 'START_KEY_INVALID', name: 'rate key' }
const DEDUPE_KEY: KeyKind = { code: 'START_KEY_INVALID', name: 'dedupe key' }
const DEBOUNCE_KEY: KeyKind = { code: 'START_KEY_INVALID', name: 'debounce key' }
const BATCHING_KEY: KeyKind = { code: 'START_KEY_INVALID', name: 'batching key' }

function valueOfKey(key: string | undefined, input: Json, kind: KeyKind): string | null {
  if (key === undefined) return null
  const value = evaluateKey(key, input, kind)
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object'
    throw new TenonError(kind.code, `The ${kind.name} must be a text, a number or a boolean; it is ${found}`)
  }
  const text = String(value)
  // The database stores no such character.
  if (text.length <= MAX_KEY_LENGTH && !text.includes('\0')) return text
  throw new TenonError(
    kind.code,
    `The ${kind.name} must have at most ${MAX_KEY_LENGTH} characters and none with the code 0; it has ${text.length}`,
    { details: { limit: MAX_KEY_LENGTH } },
  )
}

function evaluateKey(key: string, input: Json, { code, name }: KeyKind): Json {
  try {
    return evaluateTemplate(key, createPlainScope({ input }))
  } catch (cause) {
    if (!(cause instanceof TenonError)) throw cause
    throw new TenonError(code, `The ${name} has no value for this input: ${cause.message}`, { cause })
  }
}
