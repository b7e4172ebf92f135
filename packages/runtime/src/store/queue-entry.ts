import { type Json, type RunPriority, sha256Hex } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createPlainScope, evaluateTemplate } from '@tenon/core/evaluate'
import type { Plan } from '../interpreter/plan.ts'

/** Values of a run that decide when it is admitted, besides its workflow. */
export interface QueueEntry {
  /** Most runs of the workflow with the same key in progress; null for no limit. */
  readonly limit: number | null
  /** Value of the concurrency key; null without one. */
  readonly key: string | null
  /** Equal for runs of a workflow that share a limit: a hash of the key, since dispatch tables hold no content. */
  readonly group: string
  /** Higher ones first. */
  readonly priority: number
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

/** Longest value of a concurrency key in characters. */
const MAX_KEY_LENGTH = 200

/**
 * Returns the entry of a run in the queue.
 *
 * @throws {@link TenonError} `CONCURRENCY_KEY_INVALID` if the key of the workflow has no value for this input.
 */
export function queueEntryOf(
  { concurrency, priority }: Pick<Plan, 'concurrency' | 'priority'>,
  input: Json,
): QueueEntry {
  const key = concurrency?.key === undefined ? null : valueOfKey(concurrency.key, input)
  const group = key === null ? '' : sha256Hex(key).slice(0, 32)
  return { limit: concurrency?.limit ?? null, key, group, priority: rankOf(priority) }
}

function valueOfKey(key: string, input: Json): string {
  const value = evaluateKey(key, input)
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object'
    throw new TenonError(
      'CONCURRENCY_KEY_INVALID',
      `The concurrency key must be a text, a number or a boolean; it is ${kind}`,
    )
  }
  const text = String(value)
  // The database stores no such character.
  if (text.length <= MAX_KEY_LENGTH && !text.includes('\0')) return text
  throw new TenonError(
    'CONCURRENCY_KEY_INVALID',
    `The concurrency key must have at most ${MAX_KEY_LENGTH} characters and none with the code 0; it has ${text.length}`,
    { details: { limit: MAX_KEY_LENGTH } },
  )
}

function evaluateKey(key: string, input: Json): Json {
  try {
    return evaluateTemplate(key, createPlainScope({ input }))
  } catch (cause) {
    if (!(cause instanceof TenonError)) throw cause
    throw new TenonError(
      'CONCURRENCY_KEY_INVALID',
      `The concurrency key has no value for this input: ${cause.message}`,
      {
        cause,
      },
    )
  }
}
