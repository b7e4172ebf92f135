import { TenonError } from '@tenon/core/errors'
import type { HttpRequestInit, NodeParams } from '@tenon/core/node'
import { parseJson, toWellFormed } from '@tenon/core/text'
import type { httpCall } from './definition.ts'

type Params = NodeParams<typeof httpCall>

/** A request before it is sent. */
export interface Request {
  readonly url: string
  readonly init: HttpRequestInit
}

/** Methods that change nothing, so that they send neither a body nor an idempotency key. */
export const READING_METHODS: ReadonlySet<Params['method']> = new Set(['GET', 'HEAD'])
/** Largest body that fits into a stored value as base64. */
const MOST_BASE64_BYTES = 25_000_000
/** Checks for a body of fields. */
export function isForm({ bodyType }: Pick<Params, 'bodyType'>): boolean {
  return bodyType === 'form' || bodyType === 'multipart'
}

/** Characters that need no encoding in a query (RFC 3986), without the separators of names, values and words. */
const ENCODED_FOR_NOTHING = /%(2F|3A|40|3F|2C|3B|24)/g

/**
 * Builds the request that the params describe. Writes send the idempotency key, so that a service that supports the
 * header executes them once, for any number of attempts.
 *
 * @throws {@link TenonError} `NODE_PARAMS_INVALID` for a URL or a JSON body that cannot be read.
 */
export function buildRequest(params: Params, idempotencyKey: string): Request {
  const headers = new Map(Object.entries(params.headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
  if (params.authorization !== undefined) headers.set('authorization', params.authorization)
  const isBytes = params.responseType === 'bytes'
  const isReading = READING_METHODS.has(params.method)
  // A form is written later, with the content of its files.
  const body = isReading || isForm(params) ? undefined : readBody(params)
  if (!headers.has('accept')) headers.set('accept', params.responseType === 'json' ? 'application/json' : '*/*')
  if (body !== undefined && !headers.has('content-type')) {
    headers.set('content-type', params.bodyType === 'json' ? 'application/json' : 'text/plain; charset=utf-8')
  }
  if (!isReading && !headers.has('idempotency-key')) headers.set('idempotency-key', asHeader(idempotencyKey))
  return {
    url: buildUrl(params),
    init: {
      method: params.method,
      headers: Object.fromEntries(headers),
      redirect: params.redirects,
      maxResponseBytes: Math.min(params.maxResponseBytes, isBytes ? MOST_BASE64_BYTES : Number.POSITIVE_INFINITY),
      ...(body === undefined ? {} : { body }),
    },
  }
}

/** Adds the rows to the query of the URL, which is kept as written. */
function buildUrl({ url, query }: Params): string {
  if (!URL.canParse(url)) throw paramInvalid('url', 'It is not a URL. Write it in full: https://…')
  return withRows(
    url,
    Object.entries(query).flatMap(([name, value]) => [value].flat().map((each) => [name, String(each)] as const)),
  )
}

/** Sets one parameter of the query, instead of those of its name; the others are kept as written. */
export function withQueryParam(url: string, name: string, value: string): string {
  const target = new URL(url)
  if (!target.searchParams.has(name)) return withRows(url, [[name, value]])
  target.searchParams.set(name, value)
  return target.href
}

function withRows(url: string, pairs: readonly (readonly [name: string, value: string])[]): string {
  const rows = pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`)
  if (rows.length === 0) return url
  const hashAt = url.indexOf('#')
  const [before, hash] = hashAt === -1 ? [url, ''] : [url.slice(0, hashAt), url.slice(hashAt)]
  const separator = !before.includes('?') ? '?' : /[?&]$/.test(before) ? '' : '&'
  return `${before}${separator}${rows.join('&')}${hash}`
}

/** Encodes a key that a header cannot contain; equal keys remain equal. */
function asHeader(key: string): string {
  return /^[\x21-\x7e]+$/.test(key) ? key : encodeURIComponent(toWellFormed(key))
}

function encode(text: string): string {
  return encodeURIComponent(toWellFormed(text)).replace(ENCODED_FOR_NOTHING, decodeURIComponent)
}

function readBody({ body, bodyType }: Params): string | undefined {
  if (body === undefined || body === null || body === '') return undefined
  if (typeof body !== 'string') return JSON.stringify(body)
  if (bodyType === 'text') return body
  // A text is JSON already, since its templates were written as JSON.
  if (!parseJson(body, { onLoss: 'keep' }).ok) throw paramInvalid('body', 'It is not JSON; put texts in double quotes')
  return body
}

export function paramInvalid(param: string, message: string): TenonError {
  return new TenonError('NODE_PARAMS_INVALID', `Invalid params of "http-call": ${param}`, {
    details: { issues: [{ path: [param], code: 'invalid', message }] },
  })
}
