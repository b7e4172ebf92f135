import { type Json, sha256Hex } from '@tenon/core/document'
import type { PolledItem, PollParams } from '@tenon/core/node'
import type { PollRow } from '../tables/trigger-tables.ts'

/** Ids that a poll remembers beside those that it has found last; ten times as many as it may find at once. */
const MOST_SEEN = 5_000
/** Characters of the hash of an id: two ids of a poll are not the same by chance. */
const HASH_LENGTH = 24

/** Knowledge of a poll about its service. */
export interface PollMemory {
  readonly cursor: Json
  /** Hashes of the ids of items, those found last at the end. */
  readonly seen: readonly string[]
}

/** Reads the memory of a poll; `null` if it has none of this source. */
export function memoryOf(
  { source_hash, cursor, seen }: Pick<PollRow, 'source_hash' | 'cursor' | 'seen'>,
  source: string,
): PollMemory | null {
  return source_hash !== source || seen === null ? null : { cursor: JSON.parse(cursor), seen: JSON.parse(seen) }
}

/** Decision about the items that a poll has found. */
export interface PollPlan {
  /** Items that start runs, in order. */
  readonly start: readonly PolledItem[]
  /** Items that the memory has already, and those that the first poll passes over. */
  readonly pass: readonly PolledItem[]
}

/**
 * Decides which items start runs: those with new ids, the first of several with the same one. The first poll passes over all
 * if only later ones are wanted.
 *
 * @param memory - `null` for the first poll.
 */
export function planItems(
  memory: PollMemory | null,
  items: readonly PolledItem[],
  begin: PollParams['begin'],
): PollPlan {
  const seen = new Set(memory?.seen)
  const plan: { start: PolledItem[]; pass: PolledItem[] } = { start: [], pass: [] }
  const passesAll = memory === null && begin === 'new'
  for (const item of items) {
    const hash = hashOf(item)
    const isSeen = seen.has(hash)
    seen.add(hash)
    plan[isSeen || passesAll ? 'pass' : 'start'].push(item)
  }
  return plan
}

/**
 * Returns a memory with the ids of items that were found; the ids that were found longest ago are forgotten. If all of them
 * are in its newer half it stays as it is, so that a poll that finds nothing new does not store it again.
 */
export function remember(seen: readonly string[], found: readonly Pick<PolledItem, 'id'>[]): readonly string[] {
  const hashes = new Set(found.map(hashOf))
  const known = new Set(seen.slice(-MOST_SEEN / 2))
  if ([...hashes].every((hash) => known.has(hash))) return seen
  return [...seen.filter((hash) => !hashes.has(hash)), ...hashes].slice(-MOST_SEEN)
}

function hashOf({ id }: Pick<PolledItem, 'id'>): string {
  return sha256Hex(id).slice(0, HASH_LENGTH)
}
