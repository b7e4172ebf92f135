import { TenonError } from '@tenon/core/errors'
import { isHeaderName, isHeaderValue, isPortAllowed, isReservedHeader } from '@tenon/core/node'
import { refused } from './failures.ts'

/**
 * Parses the URL of a request or a redirect.
 *
 * @throws {@link TenonError} `EGRESS_REFUSED` for another protocol than http and https, a port of another service, or
 * credentials in the URL; `HTTP_FAILED` for an invalid URL.
 */
export function checkUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base)) {
    throw malformed('The URL is invalid')
  }
  const url = new URL(text, base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused('protocol', `Only http and https are allowed, not ${url.protocol.slice(0, 20)}`)
  }
  if (!isPortAllowed(url.port)) throw refused('port', `Port ${url.port} is blocked for requests`)
  if (url.username !== '' || url.password !== '') {
    throw refused('credentials', 'A URL must not contain a user name or a password')
  }
  return url
}

/**
 * @throws {@link TenonError} `EGRESS_REFUSED` for a header that callers must not set; `HTTP_FAILED` for a name or a
 * value that a header cannot contain, such as one with a line break.
 */
export function checkHeaders(headers: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  const checked = new Map<string, string>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    if (isReservedHeader(key))
      throw refused('header', `The header "${key}" is set by the connection and cannot be changed`)
    if (!isHeaderName(key)) throw malformed('A header has a name that is not valid')
    if (!isHeaderValue(value)) {
      throw malformed(`The header "${key}" has a line break, NUL or a character beyond Latin-1`)
    }
    checked.set(key, value)
  }
  return checked
}

function malformed(message: string): TenonError {
  return new TenonError('HTTP_FAILED', message, {
    retryable: false,
    remedy: 'Correct the request.',
    details: { code: null, sent: false },
  })
}
