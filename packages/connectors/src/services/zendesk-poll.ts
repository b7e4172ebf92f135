import { TenonError } from '@tenon/core/errors'
import type { PolledItem, PollResult } from '@tenon/core/node'
import { z } from 'zod'
import type { ServicePoll } from '../kit/poll-trigger.ts'

/** Ticket that starts a run. */
export const polledTicket = z.object({
  ...{ id: z.number().int(), url: z.string(), subject: z.string().nullable(), status: z.string() },
  ...{ priority: z.string().nullable(), description: z.string().nullable(), requester_id: z.number().int() },
  ...{ created_at: z.string(), updated_at: z.string() },
})
const page = z.object({
  tickets: z.array(polledTicket),
  after_cursor: z.string().nullable(),
  end_of_stream: z.boolean(),
})
const cursorSchema = z.object({
  /** Time of which tickets count as new, in seconds since the Unix epoch; 0 for all. */
  since: z.number(),
  cursor: z.string().nullable(),
})
const PAGE_SIZE = 100
/** Of 10 exports in a minute, which all triggers of an account share. */
const MOST_PAGES = 3
/** Zendesk leaves out what has changed in the last minute, and refuses a later start. */
const START_S = 120

/**
 * Finds tickets by the incremental export of Zendesk, whose cursor loses none and lists a ticket again at each change.
 *
 * @param path - URL of the export.
 * @throws The error of Zendesk, unless there are tickets already: the next poll continues with the others.
 */
export async function pollTickets(
  { params: { on }, cursor, begin, call }: ServicePoll<{ readonly on: 'created' | 'updated' }>,
  path: string,
): Promise<PollResult> {
  const start = begin === 'all' ? 0 : Math.floor(Date.now() / 1_000) - START_S
  const known = cursor === null ? { since: start, cursor: null } : cursorSchema.parse(cursor)
  let { cursor: position } = known
  const items: PolledItem[] = []
  const ended = (): PollResult => ({ items, cursor: { ...known, cursor: position } })
  for (let count = 1; count <= MOST_PAGES; count += 1) {
    const from = position === null ? { start_time: known.since } : { cursor: position }
    let read: z.output<typeof page>
    try {
      read = page.parse(await call({ path, query: { ...from, per_page: PAGE_SIZE, exclude_deleted: true } }))
    } catch (error) {
      if (items.length === 0 || !(error instanceof TenonError && error.retryable)) throw error
      return ended()
    }
    position = read.after_cursor ?? position
    for (const data of read.tickets) {
      const isNew = Date.parse(data.created_at) >= known.since * 1_000
      if (on === 'updated') items.push({ id: `${data.id} ${data.updated_at}`, data })
      else if (isNew) items.push({ id: String(data.id), data })
    }
    if (read.end_of_stream) return ended()
  }
  return { ...ended(), hasMore: true }
}
