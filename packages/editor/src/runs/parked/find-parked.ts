import { everyItem, type ParkedNodeRun, type TenonClient } from '@tenon/core/client'

/** Most items of a page that the server returns. */
const PAGE_SIZE = 200

interface ParkedSearch {
  readonly runId: string
  readonly status: 'open' | 'closed'
  readonly isWanted: (parked: ParkedNodeRun) => boolean
  readonly abortSignal?: AbortSignal
}

/**
 * Finds a parked node run of a run, page by page, since a loop can park more node runs than a page has.
 *
 * @returns `null` if the server lists none.
 */
export async function findParked(
  { parked }: Pick<TenonClient, 'parked'>,
  { runId, status, isWanted, abortSignal }: ParkedSearch,
): Promise<ParkedNodeRun | null> {
  const request = abortSignal === undefined ? {} : { abortSignal }
  const parkedRuns = everyItem((page) => parked.list({ runId, status, limit: PAGE_SIZE, ...page }, request))
  for await (const each of parkedRuns) if (isWanted(each)) return each
  return null
}
