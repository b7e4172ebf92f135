import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { HttpResponse, NodeParams } from '@tenon/core/node'
import Link from 'http-link-header'
import { valueAt } from '../shared/value-at.ts'
import type { httpCall } from './definition.ts'
import { withQueryParam } from './request.ts'

type Params = NodeParams<typeof httpCall>

/** Items of several pages. */
export interface Pages {
  readonly items: readonly Json[]
  /** Pages that were read. */
  readonly pages: number
  /** True if the service has more pages than the limits allow. */
  readonly hasMore: boolean
}

/** A page that was read, with what says where the next one is. */
export interface Page {
  readonly response: Pick<HttpResponse, 'headers'>
  readonly body: Json
}

/**
 * Reads the pages of a list, one after another, up to the limits of the params.
 *
 * @param firstUrl - URL of the first page, as the params describe it.
 * @param readPage - Requests a page.
 * @throws {@link TenonError} `HTTP_RESPONSE_INVALID` for a page without a list, for a link to another origin, which must not
 * get the credentials of the request, and for a service that names the same page twice.
 */
export async function readPages(
  params: Params,
  firstUrl: string,
  readPage: (url: string) => Promise<Page>,
): Promise<Pages> {
  const items: Json[] = []
  const seen = new Set<string>()
  let url: string | null = params.pages === 'number' ? numbered(params, firstUrl, 0) : firstUrl
  let pages = 0
  while (url !== null && pages < params.maxPages && items.length < params.maxItems) {
    if (seen.has(url)) throw invalid('The service names the same page twice')
    seen.add(url)
    const page = await readPage(url)
    const found = itemsOf(params, page.body)
    for (const item of found) items.push(item)
    pages += 1
    url = nextUrl(params, { firstUrl, url, pages, isEmpty: found.length === 0 }, page)
  }
  const hasMore = url !== null || items.length > params.maxItems
  return { items: items.slice(0, params.maxItems), pages, hasMore }
}

interface Position {
  readonly firstUrl: string
  /** URL of the page that was read last. */
  readonly url: string
  /** Pages that were read. */
  readonly pages: number
  readonly isEmpty: boolean
}

/** Returns the URL of the next page; `null` after the last one. */
function nextUrl(params: Params, { firstUrl, url, pages, isEmpty }: Position, page: Page): string | null {
  if (params.pages === 'number') return isEmpty ? null : numbered(params, firstUrl, pages)
  if (params.pages === 'link') return onSameOrigin(url, linkOf(page.response.headers.link))
  const cursor = valueIn(page.body, params.cursorIn)
  if (cursor === undefined || cursor === null || cursor === '' || cursor === false) return null
  if (typeof cursor !== 'string' && typeof cursor !== 'number') throw invalid(`${params.cursorIn} is no cursor`)
  const text = String(cursor)
  // Services give a cursor, or the address of the next page.
  return /^https?:\/\//.test(text) ? onSameOrigin(url, text) : withQueryParam(firstUrl, params.cursorParam, text)
}

function numbered(params: Params, firstUrl: string, pages: number): string {
  return withQueryParam(firstUrl, params.pageParam, String(params.firstPage + pages))
}

/** Returns the URI of the link to the next page (RFC 8288); `null` without one. */
function linkOf(header: string | undefined): string | null {
  if (header === undefined) return null
  try {
    return Link.parse(header).rel('next')[0]?.uri ?? null
  } catch {
    throw invalid('The Link header of the service cannot be read')
  }
}

function onSameOrigin(url: string, next: string | null): string | null {
  if (next === null) return null
  if (!URL.canParse(next, url)) throw invalid('The address of the next page is no URL')
  const target = new URL(next, url)
  if (target.origin === new URL(url).origin) return target.href
  throw invalid(`The next page is at another host: ${target.host}`)
}

function itemsOf({ itemsIn }: Params, body: Json): readonly Json[] {
  const items = valueIn(body, itemsIn)
  if (Array.isArray(items)) return items
  throw invalid(`${itemsIn} is not a list in the response`)
}

/** Returns the value at a path that begins with `body`, whose parts are keys. */
function valueIn(body: Json, path: string): Json | undefined {
  return valueAt(body, path.split('.').slice(1))
}

function invalid(message: string): TenonError {
  return new TenonError('HTTP_RESPONSE_INVALID', message, {
    remedy: 'Check how the service divides its list into pages, and the settings of the node for it.',
  })
}
