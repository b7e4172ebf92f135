import { TenonError } from '@tenon/core/errors'
import { refused } from './failures.ts'

/** They steer the connection itself, or name another host than the one that was checked. */
export const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Reads an address that a request or a redirect names.
 *
 * @throws {@link TenonError} `EGRESS_REFUSED` for another protocol than http and https, or credentials in
 * the address; `HTTP_FAILED` for what is no address.
 */
export function checkUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base)) {
    throw new TenonError('HTTP_FAILED', 'The address cannot be read', { retryable: false, details: { code: null } })
  }
  const url = new URL(text, base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused('protocol', `Only http and https may be called, not ${url.protocol.slice(0, 20)}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('credentials', 'An address must not hold a user name or a password')
  }
  return url
}

/** @throws {@link TenonError} `EGRESS_REFUSED` for a header that is not the caller's to set. */
export function checkHeaders(headers: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  const checked = new Map<string, string>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    if (RESERVED_HEADERS.has(key)) throw refused('header', `The header "${key}" is set by the connection alone`)
    checked.set(key, value)
  }
  return checked
}
