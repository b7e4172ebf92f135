import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { OriginLog } from './origin-log.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'if-match',
  'if-none-match',
  'idempotency-key',
  'last-event-id',
]
const RESPONSE_HEADERS = ['etag', 'location', 'retry-after', 'x-request-id']
const PREFLIGHT_AGE_S = 600

export interface CorsOptions {
  /** Origin of the host itself, which needs no permission. */
  readonly origin: string
  readonly allowedOrigins: readonly string[]
  readonly logOrigin: OriginLog
}

export interface Cors {
  /** For every request: lets pages of allowed origins read the responses. */
  readonly share: MiddlewareHandler
  /** For `OPTIONS` on a path of the API: answers preflight requests. */
  readonly preflight: MiddlewareHandler
}

/** Makes the middleware by which pages of other origins may call the API; without `allowedOrigins`, none may. */
export function createCors({ origin: own, allowedOrigins, logOrigin }: CorsOptions): Cors {
  const allowed = new Set(allowedOrigins)
  const isAllowed = (origin: string | undefined): boolean => origin !== undefined && allowed.has(origin)
  const allow: MiddlewareHandler = cors({
    origin: [...allowed],
    allowMethods: METHODS,
    allowHeaders: REQUEST_HEADERS,
    exposeHeaders: RESPONSE_HEADERS,
    credentials: true,
    maxAge: PREFLIGHT_AGE_S,
  })
  return {
    async share(c, next) {
      if (c.req.method !== 'OPTIONS' && isAllowed(c.req.header('origin'))) return allow(c, next)
      await next()
      // A cache must not give the response to a page of an allowed origin.
      if (allowed.size > 0) c.res.headers.append('vary', 'origin')
      return undefined
    },
    async preflight(c, next) {
      const origin = c.req.header('origin')
      if (isAllowed(origin)) return allow(c, next)
      if (origin !== undefined && origin !== own) logOrigin(origin)
      await next()
      return undefined
    },
  }
}
