import type { Json, JsonObject } from '@tenon/core/document'
import type { PolledItem } from '@tenon/core/node'
import type { ConnectorTest } from './test-connector.ts'

/** Result of polls until the service has no more. */
export interface DrainedPoll {
  /** Items with ids that no earlier one has, in order. */
  readonly items: readonly PolledItem[]
  readonly cursor: Json
  readonly polls: number
}

/**
 * Polls as the server does, until the trigger has no more: the cursor goes through JSON, and an item with a known id counts once.
 *
 * @param seen - Ids so far; those that are found are added.
 */
export async function drainPoll(
  service: ConnectorTest,
  name: string,
  params: JsonObject,
  { cursor = null, seen = new Set<string>() }: { readonly cursor?: Json; readonly seen?: Set<string> } = {},
): Promise<DrainedPoll> {
  const items: PolledItem[] = []
  let next = cursor
  for (let polls = 1; ; polls += 1) {
    const result = await service.poll(name, params, next)
    if (result.items.length > 500) throw new Error(`A poll has returned ${result.items.length} items`)
    for (const item of result.items) {
      if (!seen.has(item.id)) items.push(item)
      seen.add(item.id)
    }
    next = JSON.parse(JSON.stringify(result.cursor))
    if (result.hasMore !== true) return { items, cursor: next, polls }
    if (polls === 100) throw new Error('The polls do not end')
  }
}
