import { addCredentials, type HttpClient, type HttpCredentials } from '@tenon/core/node'

/**
 * Wraps a client so that every request has the credentials of a connection. `fetch` returns redirects instead of following
 * them: the standard has no way to leave credentials out of a redirect.
 */
export function withCredentials(http: HttpClient, credentials: HttpCredentials): HttpClient {
  return {
    request: (url, init = {}) => http.request(url, { ...init, httpCredentials: credentials }),
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const { url, headers } = addCredentials(new URL(request.url), new Map(request.headers), credentials)
      // A body that streams is sent in parts, which needs this option.
      const streaming = request.body === null ? {} : { duplex: 'half' as const }
      const { method, body, signal } = request
      const sent = { method, headers: [...headers] as [string, string][], body, signal, ...streaming }
      return http.fetch(url.href, { ...sent, redirect: 'manual' })
    },
  }
}
