import type { OriginLog } from './origin-log.ts'

/** Adds the headers by which pages of other origins may read the answers; the host's own origin needs none. */
export type Cors = (request: Request, response: Response) => Response

const METHODS = 'GET, POST, PUT, PATCH, DELETE'
const REQUEST_HEADERS = 'authorization, content-type, if-match, if-none-match, idempotency-key, last-event-id'
const ANSWER_HEADERS = 'etag, location, retry-after, x-request-id'

export interface CorsOptions {
  /** The host's own. */
  readonly origin: string
  readonly allowedOrigins: readonly string[]
  readonly logOrigin: OriginLog
}

export function createCors({ origin: own, allowedOrigins, logOrigin }: CorsOptions): Cors {
  const allowed = new Set(allowedOrigins)
  return function cors(request, response) {
    const origin = request.headers.get('origin')
    const isAllowed = origin !== null && allowed.has(origin)
    // A browser asks first only for a page of another origin.
    if (request.method === 'OPTIONS' && origin !== null && origin !== own && !isAllowed) logOrigin(origin)
    if (allowed.size === 0) return response
    response.headers.append('vary', 'origin')
    if (!isAllowed) return response
    response.headers.set('access-control-allow-origin', origin)
    response.headers.set('access-control-allow-credentials', 'true')
    if (request.method === 'OPTIONS') {
      response.headers.set('access-control-allow-methods', METHODS)
      response.headers.set('access-control-allow-headers', REQUEST_HEADERS)
      response.headers.set('access-control-max-age', '600')
    } else {
      response.headers.set('access-control-expose-headers', ANSWER_HEADERS)
    }
    return response
  }
}
