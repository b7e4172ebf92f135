import type { IncomingMessage } from 'node:http'

/** A Node request with the fields that frameworks add to it. */
export interface HostRequest extends IncomingMessage {
  /** Express keeps the whole path here when it mounts a router. */
  readonly originalUrl?: string
  /** The body as a parser of the host has left it. */
  readonly body?: unknown
  /** The bytes of the body, kept by cloud platforms and by raw-body plugins. */
  readonly rawBody?: unknown
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

/** Returns whether a request says that it has a body. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
