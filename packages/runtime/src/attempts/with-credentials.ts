import type { HttpClient } from '@tenon/core/node'
import { limitedForMs } from '@tenon/core/text'
import type { OpenConnection } from '../secret-reader.ts'

/**
 * Wraps a client so that every request has the credentials of a connection, which no response contains, and is sent at the
 * rate of the connection.
 */
export function withCredentials(
  http: HttpClient,
  { credentials, secrets, pace }: Pick<OpenConnection, 'credentials' | 'secrets' | 'pace'>,
): HttpClient {
  const httpCredentials = { ...credentials, secrets }
  /** All requests of the connection wait when the service asks one of them to. */
  const hold = async (status: number, header: (name: string) => string | null | undefined): Promise<void> => {
    const waitMs = limitedForMs(status, header, Date.now())
    if (waitMs !== undefined) await pace?.holdFor(waitMs)
  }
  return {
    request: async (url, init = {}) => {
      await pace?.admit(init.abortSignal)
      const response = await http.request(url, { ...init, httpCredentials })
      await hold(response.status, (name) => response.headers[name])
      return response
    },
    fetch: async (input, init) => {
      await pace?.admit(init?.signal ?? undefined)
      const response = await http.fetch(input, { ...init, httpCredentials })
      await hold(response.status, (name) => response.headers.get(name))
      return response
    },
  }
}
