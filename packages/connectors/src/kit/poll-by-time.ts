import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { PolledItem, PollParams, PollResult } from '@tenon/core/node'
import { z } from 'zod'

/** An item with the time by which its service sorts; in milliseconds since the Unix epoch. */
export interface TimedItem extends PolledItem {
  readonly at: number
}

/** A page of items, oldest first. */
export interface TimedPage {
  readonly items: readonly TimedItem[]
  /** Token of the next page of the same request; `null` on the last one. */
  readonly next: string | null
}

/** A poll of a service that lists items by the time of their creation or change. */
export interface TimePoll {
  readonly cursor: Json
  readonly begin: PollParams['begin']
  /** Time before the newest known item that is read again, since the service may list an item late. */
  readonly overlapMs: number
  /** Precision of the times in requests: a page must have later ones before the next request begins with them. @defaultValue 0 */
  readonly precisionMs?: number
  /** Status by which the service refuses a token that has expired. @defaultValue none */
  readonly expiredStatus?: number
  /** Reads the items at or after a time; `from` is 0 for all. */
  readonly readPage: (from: number, token: string | null) => Promise<TimedPage>
}

const MOST_PAGES = 20
/** Most items that a poll may return. */
const MOST_RETURNED = 500
/** Time before the first poll of which a person sees the items. */
const FIRST_MS = 3_600_000

const cursorSchema = z.object({
  /** Greatest time of the items so far. */
  at: z.number(),
  /** Position in a list that is not read to its end. */
  walk: z.object({ from: z.number(), token: z.string().nullable() }).optional(),
})

/**
 * Finds items by their time, oldest first. A page after others is asked for by the time of the last item, and not by its number
 * or token: an item that is changed meanwhile moves to the end of the list, and the next page would miss the one that takes its
 * position. Only items of equal times are read by tokens. Items of the overlap are found again, and recognized by their ids.
 *
 * @throws The error of the service, unless there are items already: they are returned, and the next poll continues with the others.
 */
export async function pollByTime(poll: TimePoll): Promise<PollResult> {
  const { cursor, begin, overlapMs, precisionMs = 0, readPage } = poll
  const isFirst = cursor === null
  const start = begin === 'all' ? 0 : Date.now() - FIRST_MS
  const known = isFirst ? { at: start + overlapMs } : cursorSchema.parse(cursor)
  let { at } = known
  let walk = known.walk ?? { from: Math.max(at - overlapMs, 0), token: null as string | null }
  const found = new Map<string, PolledItem>()
  // The first poll starts no runs of what is there, and its list ends before the second one.
  const passesAll = isFirst && begin === 'new'
  const ended = (more: object): PollResult => ({
    // More than fit are found only by a poll that passes over them.
    items: [...found.values()].slice(-MOST_RETURNED),
    cursor: { at, ...more },
  })
  let pageSize = 0
  const hasRoom = () => passesAll || found.size + pageSize < MOST_RETURNED
  for (let page = 1; page <= MOST_PAGES && hasRoom(); page += 1) {
    let read: TimedPage
    try {
      read = await readPage(walk.from, walk.token)
    } catch (error) {
      if (walk.token !== null && statusOf(error) === poll.expiredStatus) {
        walk = { ...walk, token: null }
        continue
      }
      if (passesAll || found.size === 0 || !(error instanceof TenonError && error.retryable)) throw error
      return ended({ walk })
    }
    pageSize = Math.max(pageSize, read.items.length)
    for (const { at: time, ...item } of read.items) {
      found.set(item.id, item)
      at = Math.max(at, time)
    }
    if (read.next === null) return ended({})
    const last = read.items.at(-1)?.at ?? walk.from
    walk = last - walk.from > precisionMs ? { from: last, token: null } : { ...walk, token: read.next }
  }
  return { ...ended({ walk }), hasMore: true }
}

/** Returns the HTTP status of an error of a service; `null` for another error. */
export function statusOf(error: unknown): unknown {
  return error instanceof TenonError && error.code === 'HTTP_STATUS' ? error.details?.status : null
}
