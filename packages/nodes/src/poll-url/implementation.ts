import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { implementTrigger, type NodeParams, type PolledItem } from '@tenon/core/node'
import { withQueryParam } from '../http-call/request.ts'
import { valueAt } from '../shared/value-at.ts'
import { greatest, timeBefore } from './cursor.ts'
import { pollUrl } from './definition.ts'

type Params = NodeParams<typeof pollUrl>

/** Reads the list at the URL, from the cursor on if the service has one. */
export const pollUrlNode = implementTrigger(pollUrl, {
  poll: async ({ params, cursor, http, abortSignal }) => {
    const response = await http.request(urlOf(params, cursor), { headers: { accept: 'application/json' }, abortSignal })
    if (!response.ok) throw new TenonError('HTTP_STATUS', `The service answered with ${response.status}`)
    const body = (await response.json()) as Json
    const found = valueAt(body, params.itemsIn.split('.').slice(1))
    if (!Array.isArray(found)) throw invalid(`${params.itemsIn} is not a list in the response`)
    const items = found.map((item, index) => itemOf(params, item, index))
    return { items, cursor: cursorOf(params, cursor, body, items) }
  },
})

function urlOf({ url, cursor: kind, cursorParam, overlap }: Params, cursor: Json): string {
  if (kind === 'none' || cursor === null) return url
  const asked = kind === 'items' ? timeBefore(cursor, overlap) : cursor
  return withQueryParam(url, cursorParam, String(asked))
}

function itemOf({ idIn }: Params, item: Json, index: number): PolledItem {
  const id = valueAt(item, idIn.split('.'))
  if ((typeof id === 'string' && id !== '') || typeof id === 'number') return { id: String(id), data: item }
  throw invalid(`item ${index + 1} has no text or number as ${idIn}`)
}

/** Returns the cursor for the next poll: the one before, if the response has none. */
function cursorOf({ cursor: kind, cursorIn }: Params, before: Json, body: Json, items: readonly PolledItem[]): Json {
  const path = cursorIn.split('.')
  if (kind === 'none') return null
  const values = kind === 'items' ? items.map(({ data }) => valueAt(data, path)) : [valueAt(body, path)]
  const scalars = values.filter((value) => typeof value === 'string' || typeof value === 'number')
  // Without it, each poll would read the whole list, and look as if the service had nothing new.
  if (kind === 'items' && scalars.length < items.length) throw invalid(`an item has no text or number as ${cursorIn}`)
  // An empty text is no cursor: the service has no further one.
  return scalars.filter((value) => value !== '').reduce<Json>(kind === 'items' ? greatest : latest, before)
}

function latest(_before: Json, value: Json): Json {
  return value
}

function invalid(message: string): TenonError {
  return new TenonError('HTTP_RESPONSE_INVALID', message, {
    remedy: 'Check the response of the service, and the fields that the trigger names.',
  })
}
