import type { PolledItem, PollResult } from '@tenon/core/node'
import { z } from 'zod'
import { pathOf } from '../kit/path-of.ts'
import { statusOf } from '../kit/poll-by-time.ts'
import type { ServicePoll } from '../kit/poll-trigger.ts'

const address = z.object({ emailAddress: z.object({ address: z.string().optional(), name: z.string().optional() }) })
/** Message that starts a run. */
export const polledMessage = z.object({
  ...{ id: z.string(), subject: z.string().nullish(), bodyPreview: z.string().nullish() },
  ...{ receivedDateTime: z.string(), isRead: z.boolean().nullish(), from: address.nullish() },
})
/** A message that was moved or deleted has its id alone. */
const removed = z.object({ id: z.string(), '@removed': z.unknown() })
const page = z.object({
  value: z.array(z.union([polledMessage, removed])),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
})
const cursorSchema = z.object({
  link: z.string(),
  /** Time of the first poll, and that of the newest message, in milliseconds since the Unix epoch. */
  begunAt: z.number(),
  newestAt: z.number(),
})
const PREFER = { prefer: 'odata.maxpagesize=50' }
const FIELDS = 'id,subject,bodyPreview,receivedDateTime,isRead,from'
const MOST_MESSAGES = 400
const MOST_PAGES = 20
const MOST_RETURNED = 500
const FIRST_MS = 3_600_000
/** Statuses by which Microsoft asks for a new list: the state of the link is gone, or cannot be used. */
const GONE: readonly unknown[] = [404, 410]

/**
 * Finds messages of a folder by a delta query. If its link has expired, it begins with the messages since the newest one; those
 * that have runs are recognized by their ids.
 *
 * @throws The error of Microsoft.
 */
export async function pollMessages({
  params: { folder },
  cursor,
  begin,
  call,
}: ServicePoll<{ readonly folder: string }>): Promise<PollResult> {
  const firstAt = begin === 'all' ? 0 : Date.now() - FIRST_MS
  const known = cursor === null ? { link: null, begunAt: firstAt, newestAt: firstAt } : cursorSchema.parse(cursor)
  const passesAll = cursor === null && begin === 'new'
  const items = new Map<string, PolledItem>()
  let { link, newestAt } = known as { link: string | null; newestAt: number }
  const ended = (next: string): PollResult => ({
    items: [...items.values()].slice(-MOST_RETURNED),
    cursor: { link: next, begunAt: known.begunAt, newestAt },
  })
  for (let count = 1; count <= MOST_PAGES && (passesAll || items.size < MOST_MESSAGES); count += 1) {
    let body: unknown
    try {
      body = await call({ ...(link === null ? firstRequest(folder, known) : { path: link }), headers: PREFER })
    } catch (error) {
      if (link === null || !GONE.includes(statusOf(error))) throw error
      link = null
      continue
    }
    const read = page.parse(body)
    for (const each of read.value) {
      if (!('receivedDateTime' in each)) continue
      items.set(each.id, { id: each.id, data: each as PolledItem['data'] })
      newestAt = Math.max(newestAt, Date.parse(each.receivedDateTime))
    }
    const deltaLink = read['@odata.deltaLink']
    if (deltaLink !== undefined) return ended(deltaLink)
    link = z.string().parse(read['@odata.nextLink'])
  }
  return { ...ended(z.string().parse(link)), hasMore: true }
}

function firstRequest(folder: string, { begunAt, newestAt }: { readonly begunAt: number; readonly newestAt: number }) {
  const after = Math.max(begunAt, newestAt - FIRST_MS)
  return {
    path: pathOf`/mailFolders/${folder}/messages/delta`,
    query: {
      ...{ changeType: 'created', $select: FIELDS },
      $filter: after === 0 ? undefined : `receivedDateTime ge ${new Date(after).toISOString()}`,
    },
  }
}
