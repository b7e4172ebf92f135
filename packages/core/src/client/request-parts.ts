import type { RerunRun, StartRun } from '../api/run-types.ts'
import type { RequestOptions } from './options.ts'
import type { TransportRequest } from './transport.ts'

/** Makes the request that starts a run; the same key and body start one run. */
export function startOf(
  path: string,
  body: StartRun | RerunRun,
  request: (RequestOptions & { idempotencyKey?: string }) | undefined,
): TransportRequest {
  const key = request?.idempotencyKey
  const headers = key === undefined ? {} : { headers: { 'idempotency-key': key } }
  return { method: 'POST', path, body, ...headers, ...sendingOf(request) }
}

/** Builds a path with every id percent-encoded, since ids are data. */
export function path(parts: TemplateStringsArray, ...ids: readonly string[]): string {
  return String.raw({ raw: parts }, ...ids.map(encodeURIComponent))
}

export function sendingOf(request: RequestOptions | undefined): Pick<TransportRequest, 'abortSignal' | 'keepalive'> {
  return {
    ...(request?.abortSignal === undefined ? {} : { abortSignal: request.abortSignal }),
    ...(request?.keepalive === undefined ? {} : { keepalive: request.keepalive }),
  }
}
