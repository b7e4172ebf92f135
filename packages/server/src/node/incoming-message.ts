import type { IncomingMessage } from 'node:http'

/** What frameworks add to a Node request: Express keeps the whole path here when it mounts a router. */
export interface HostRequest extends IncomingMessage {
  readonly originalUrl?: string
  /** A body that the host has read and parsed already. */
  readonly body?: unknown
}

/** The full address of a request, or null if its parts make none. */
export function toUrl(request: HostRequest, protocol: 'http' | 'https'): URL | null {
  const path = request.originalUrl ?? request.url ?? '/'
  try {
    // A path that begins with two slashes would otherwise be read as a host.
    const url = new URL(`${protocol}://${request.headers.host ?? 'localhost'}`)
    const [pathname, ...query] = path.split('?')
    url.pathname = pathname ?? '/'
    url.search = query.join('?')
    return url
  } catch {
    return null
  }
}

export function toHeaders(request: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name.startsWith(':')) continue
    for (const item of Array.isArray(value) ? value : [value]) headers.append(name, item)
  }
  return headers
}
