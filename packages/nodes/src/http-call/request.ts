import { TenonError } from '@tenon/core/errors'
import type { HttpRequestInit, NodeParams } from '@tenon/core/node'
import { parseJsonText } from '../shared/parse-json-text.ts'
import type { httpCall } from './definition.ts'

type Params = NodeParams<typeof httpCall>

const WITHOUT_BODY: ReadonlySet<Params['method']> = new Set(['GET', 'HEAD'])

/**
 * Builds the request that the params describe. What changes something carries the idempotency key, so that
 * a service which knows the header does it once, however often it is tried.
 *
 * @throws {@link TenonError} `NODE_PARAMS_INVALID` for an address that is none, or a JSON body that is none.
 */
export function buildRequest(
  params: Params,
  idempotencyKey: string,
): { readonly url: string; readonly init: HttpRequestInit } {
  const headers = new Map(Object.entries(params.headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
  const body = WITHOUT_BODY.has(params.method) ? undefined : readBody(params)
  if (!headers.has('accept')) headers.set('accept', params.responseType === 'json' ? 'application/json' : '*/*')
  if (body !== undefined && !headers.has('content-type')) {
    headers.set('content-type', params.bodyType === 'json' ? 'application/json' : 'text/plain; charset=utf-8')
  }
  if (!WITHOUT_BODY.has(params.method) && !headers.has('idempotency-key'))
    headers.set('idempotency-key', idempotencyKey)
  return {
    url: buildUrl(params),
    init: { method: params.method, headers: Object.fromEntries(headers), ...(body === undefined ? {} : { body }) },
  }
}

function buildUrl({ url, query }: Params): string {
  if (!URL.canParse(url)) throw paramInvalid('url', 'It is no address; write it in full: https://…')
  const target = new URL(url)
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, String(value))
  return target.href
}

function readBody({ body, bodyType }: Params): string | undefined {
  if (body === undefined || body === null || body === '') return undefined
  if (typeof body !== 'string') return JSON.stringify(body)
  if (bodyType === 'text') return body
  if (!parseJsonText(body).ok) throw paramInvalid('body', 'It is not JSON; put texts in double quotes')
  return body
}

function paramInvalid(param: string, message: string): TenonError {
  return new TenonError('NODE_PARAMS_INVALID', `Params of "http-call" do not fit: ${param}`, {
    details: { issues: [{ path: [param], code: 'invalid', message }] },
  })
}
