import type { PolledItem, PollResult } from '@tenon/core/node'
import { z } from 'zod'
import { pathOf } from '../kit/path-of.ts'
import { statusOf } from '../kit/poll-by-time.ts'
import type { ServicePoll } from '../kit/poll-trigger.ts'
import type { CallService } from '../kit/service.ts'

/** Message that starts a run. */
export const polledEmail = z.object({
  ...{ id: z.string(), threadId: z.string(), snippet: z.string(), labelIds: z.array(z.string()) },
  ...{ from: z.string(), to: z.string(), subject: z.string(), date: z.string(), receivedAt: z.string() },
})
const message = z.object({
  ...{ id: z.string(), threadId: z.string(), snippet: z.string().default('') },
  ...{ labelIds: z.array(z.string()).default([]), internalDate: z.string().regex(/^\d+$/) },
  payload: z
    .object({ headers: z.array(z.object({ name: z.string(), value: z.string() })).default([]) })
    .default({ headers: [] }),
})
const reference = z.object({ id: z.string() })
const historyPage = z.object({
  history: z
    .array(z.object({ id: z.string(), messagesAdded: z.array(z.object({ message: reference })).default([]) }))
    .default([]),
  nextPageToken: z.string().optional(),
  historyId: z.string(),
})
const listPage = z.object({ messages: z.array(reference).default([]), nextPageToken: z.string().optional() })
const cursorSchema = z.object({
  historyId: z.string(),
  /** Times of the first poll and of the last one, in milliseconds since the Unix epoch. */
  begunAt: z.number(),
  polledAt: z.number(),
  /** List of messages that is read, since the history has expired. */
  resync: z.object({ after: z.number(), page: z.string().nullable() }).optional(),
})
type Cursor = z.output<typeof cursorSchema>

/** Messages of a poll: each needs a request, of two in a second. */
const MOST_MESSAGES = 25
const RECORDS = 25
/** Time before the last poll from which messages are looked for, since clocks differ. */
const MARGIN_MS = 3_600_000

/**
 * Finds messages by the history of a mailbox, oldest first. A history id that has expired is answered with 404: then the
 * messages since the last poll are listed, and those that have runs are recognized by their ids.
 *
 * @throws The error of Gmail.
 */
export async function pollEmails({
  params: { label },
  cursor,
  begin,
  call,
}: ServicePoll<{ readonly label: string }>): Promise<PollResult> {
  const now = Date.now()
  if (cursor === null) {
    // Before the list, so that a message that comes in between is found.
    const historyId = await currentHistoryId(call)
    const query = { labelIds: label, maxResults: begin === 'all' ? MOST_MESSAGES : 5 }
    const { messages } = listPage.parse((await call({ path: '/messages', query })) ?? {})
    return {
      items: await readEmails(call, messages.map(({ id }) => id).toReversed()),
      cursor: { historyId, begunAt: now, polledAt: now },
    }
  }
  const { resync: list, ...known } = cursorSchema.parse(cursor)
  if (list !== undefined) return resync(call, label, { ...known, resync: list }, now)
  const read = await readHistory(call, label, known.historyId)
  if (read === null) {
    const after = Math.max(known.polledAt - MARGIN_MS, known.begunAt)
    const historyId = await currentHistoryId(call)
    return resync(call, label, { ...known, historyId, resync: { after, page: null } }, now)
  }
  const ids = new Set<string>()
  let position = known.historyId
  for (const { id, messagesAdded } of read.history) {
    if (ids.size >= MOST_MESSAGES) break
    for (const added of messagesAdded) ids.add(added.message.id)
    position = id
  }
  const hasMore = read.nextPageToken !== undefined || position !== (read.history.at(-1)?.id ?? position)
  return {
    items: await readEmails(call, [...ids]),
    cursor: { ...known, historyId: hasMore ? position : read.historyId, polledAt: now },
    hasMore,
  }
}

/** Reads the first records after an id; `null` if the id has expired. */
async function readHistory(call: CallService, label: string, startHistoryId: string) {
  const query = { startHistoryId, historyTypes: 'messageAdded', labelId: label, maxResults: RECORDS }
  try {
    return historyPage.parse(await call({ path: '/history', query }))
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw error
  }
}

async function resync(
  call: CallService,
  label: string,
  known: Cursor & { readonly resync: NonNullable<Cursor['resync']> },
  now: number,
): Promise<PollResult> {
  const { resync: list, ...others } = known
  const q = `after:${Math.floor(list.after / 1_000)}`
  const query = { labelIds: label, q, maxResults: MOST_MESSAGES, pageToken: list.page }
  const body = listPage.parse((await call({ path: '/messages', query })) ?? {})
  const items = await readEmails(call, body.messages.map(({ id }) => id).toReversed())
  if (body.nextPageToken === undefined) return { items, cursor: { ...others, polledAt: now } }
  return { items, cursor: { ...known, resync: { ...list, page: body.nextPageToken } }, hasMore: true }
}

async function currentHistoryId(call: CallService): Promise<string> {
  return z.object({ historyId: z.string() }).parse(await call({ path: '/profile' })).historyId
}

async function readEmails(call: CallService, ids: readonly string[]): Promise<PolledItem[]> {
  const items: PolledItem[] = []
  for (const id of ids) {
    const data = await readEmail(call, id)
    if (data !== null) items.push({ id, data })
  }
  return items
}

/** Reads a message; `null` if it was deleted. */
async function readEmail(call: CallService, id: string): Promise<z.output<typeof polledEmail> | null> {
  const query = { format: 'metadata', metadataHeaders: ['From', 'To', 'Subject', 'Date'] }
  try {
    const { payload, internalDate, ...read } = message.parse(await call({ path: pathOf`/messages/${id}`, query }))
    const of = (name: string) => payload.headers.find((each) => each.name.toLowerCase() === name)?.value ?? ''
    const receivedAt = new Date(Number(internalDate)).toISOString()
    return { ...read, from: of('from'), to: of('to'), subject: of('subject'), date: of('date'), receivedAt }
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw error
  }
}
