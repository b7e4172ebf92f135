import type { HttpClient } from '@tenon/core/node'
import type { OpenConnection } from '../engine.ts'

/** Wraps a client so that every request has the credentials of a connection, which no response contains. */
export function withCredentials(
  http: HttpClient,
  { credentials, secrets }: Pick<OpenConnection, 'credentials' | 'secrets'>,
): HttpClient {
  const httpCredentials = { ...credentials, secrets }
  return {
    request: (url, init = {}) => http.request(url, { ...init, httpCredentials }),
    fetch: (input, init) => http.fetch(input, { ...init, httpCredentials }),
  }
}
