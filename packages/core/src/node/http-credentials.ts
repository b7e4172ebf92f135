import { TenonError } from '../errors/tenon-error.ts'
import { isPortAllowed } from '../evaluate/sinks/outbound-rules.ts'

/** Access key of an account at AWS. */
export interface AwsCredentials {
  /** Id of the key; it is not secret. */
  readonly accessKeyId: string
  /** Secret of the key, which is never sent. */
  readonly secretAccessKey: string
  /** Region of the hosts: `us-east-1`. */
  readonly region: string
}

/** Credentials of a connection, which the HTTP client adds to a request while it sends it. */
export interface HttpCredentials {
  /** Headers with credentials, by name in lower case; they replace those of the request. */
  readonly headers: Readonly<Record<string, string>>
  /** Query parameters with credentials, by name; they replace those of the URL. */
  readonly query: Readonly<Record<string, string>>
  /** Hosts that may receive them, each as {@link isHostPattern} describes. A request to another host fails. */
  readonly allowedHosts: readonly string[]
  /**
   * Access key of AWS, with which each request is signed just before it is sent (Signature Version 4).
   *
   * @defaultValue none
   */
  readonly aws?: AwsCredentials
  /**
   * Other texts that must not be in a response, such as a password of which a header has an encoded form. The credentials
   * themselves are always hidden in responses.
   *
   * @defaultValue none
   */
  readonly secrets?: readonly string[]
}

const HOST_PATTERN = /^(http:\/\/)?(\*\.)?([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:([0-9]{1,5}))?$/

/**
 * Checks the form of an allowed host: `api.example.com`, with a port other than 443 `api.example.com:8443`, or
 * `*.example.com` for all names below a domain, which has a dot itself. These are reached by https only; `http://localhost:8080` allows plain
 * http. Lower case, without a path.
 */
export function isHostPattern(pattern: string): boolean {
  const port = HOST_PATTERN.exec(pattern)?.[6] ?? '443'
  const isPort = Number(port) >= 1 && Number(port) <= 65_535 && isPortAllowed(port)
  // All names below a top-level domain belong to everyone.
  const isTooWide = /\*\.[^.]*$/.test(pattern)
  return pattern.length <= 300 && HOST_PATTERN.test(pattern) && isPort && !isTooWide
}

/** Checks whether a URL leads to one of the allowed hosts, by its scheme, host and port. */
export function isUrlAllowed(url: URL, allowedHosts: readonly string[]): boolean {
  const host = url.hostname.replace(/\.$/, '')
  return allowedHosts.some((pattern) => {
    const [, plain, wildcard, name = '', , , port = ''] = HOST_PATTERN.exec(pattern) ?? []
    const scheme = plain === undefined ? 'https:' : 'http:'
    const standardPort = plain === undefined ? '443' : '80'
    if (url.protocol !== scheme || (url.port || standardPort) !== (port || standardPort)) return false
    return wildcard === undefined ? host === name : name !== '' && host.endsWith(`.${name}`)
  })
}

/**
 * Adds credentials to a request that is about to be sent.
 *
 * @param headers - Headers of the request, by name in lower case.
 * @throws {@link TenonError} `CONNECTION_HOST_REFUSED` if the URL leads to another host than those of the connection.
 */
export function addCredentials(
  url: URL,
  headers: ReadonlyMap<string, string>,
  { allowedHosts, ...credentials }: Omit<HttpCredentials, 'aws' | 'secrets'>,
): { readonly url: URL; readonly headers: ReadonlyMap<string, string> } {
  if (!isUrlAllowed(url, allowedHosts)) {
    throw new TenonError('CONNECTION_HOST_REFUSED', `The connection is not allowed for ${url.protocol}//${url.host}`)
  }
  const signed = new URL(url)
  for (const [name, value] of Object.entries(credentials.query)) signed.searchParams.set(name, value)
  return {
    // Without credentials in the query, the URL stays as it was written.
    url: Object.keys(credentials.query).length === 0 ? url : signed,
    headers: new Map([...headers, ...Object.entries(credentials.headers)]),
  }
}
