import { TenonError } from '@tenon/core/errors'
import { createRedactor, credentialsIn, MASK } from '@tenon/core/mask'
import { addCredentials, type HttpCredentials } from '@tenon/core/node'
import { createBytesRedactor } from '../hide-bytes.ts'
import { checkHeaders } from './check-request.ts'
import type { Hop } from './redirects.ts'
import { signForAws } from './sign-for-aws.ts'

type Target = Pick<Hop<unknown>, 'url' | 'headers'>
type Sent = Pick<Hop<string | Uint8Array>, 'url' | 'headers' | 'method' | 'body'>

/** Keeps the credentials of a connection between the client and the service: callers never see them in a response. */
export interface CredentialGuard {
  /**
   * Adds the credentials to a request, or signs it with them; one that was redirected to another origin gets none.
   *
   * @throws {@link TenonError} `CONNECTION_HOST_REFUSED`, and as `checkHeaders`.
   */
  sign(hop: Sent): Target | Promise<Target>
  /**
   * Removes credentials that a service has put into the address of a redirect.
   *
   * @throws {@link TenonError} `CONNECTION_HOST_REFUSED` if they would reach another origin.
   */
  afterRedirect<Body>(hop: Hop<Body>): Hop<Body>
  hideText(text: string): string
  /** Hides credentials in the name or the value of a header, with a mask that a header can contain. */
  hideHeader(text: string): string
  hideBytes(bytes: Buffer): Buffer
  /** Hides credentials in a body that streams, also between two chunks. */
  hideStream(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array>
}

/** @param origin - Origin of the first request. */
export function createCredentialGuard(credentials: HttpCredentials | undefined, origin: string): CredentialGuard {
  return credentials === undefined ? WITHOUT_CREDENTIALS : guardOf(credentials, origin)
}

const WITHOUT_CREDENTIALS: CredentialGuard = {
  sign: (hop) => hop,
  afterRedirect: (hop) => hop,
  hideText: (text) => text,
  hideHeader: (text) => text,
  hideBytes: (bytes) => bytes,
  hideStream: (body) => body,
}

/** A header of the standard `Headers` has no characters beyond Latin-1. */
const HEADER_MASK = '*'.repeat(MASK.length)

function guardOf(credentials: HttpCredentials, origin: string): CredentialGuard {
  const secrets = secretsOf(credentials)
  const texts = createRedactor(secrets)
  const bytesOf = createBytesRedactor(secrets)
  // The name of a host is in lower case.
  const addresses = createRedactor(secrets.flatMap((secret) => [secret, secret.toLowerCase()]))
  const holdsSecret = (text: string): boolean => addresses.whole(text) !== text
  return {
    sign(hop) {
      if (hop.url.origin !== origin) return hop
      const { url, headers } = addCredentials(hop.url, hop.headers, credentials)
      const { aws } = credentials
      return aws === undefined
        ? { url, headers: checkHeaders(headers) }
        : signForAws({ ...hop, url, headers: checkHeaders(headers) }, aws)
    },
    afterRedirect(hop) {
      const url = new URL(hop.url)
      const sent = Object.entries(credentials.query).filter(([name, value]) => url.searchParams.has(name, value))
      for (const [name, value] of sent) url.searchParams.delete(name, value)
      if (url.origin !== origin && holdsSecret(url.href)) {
        throw new TenonError('CONNECTION_HOST_REFUSED', 'A redirect would send the credentials to another origin')
      }
      // Without credentials in it, the address stays as it was written.
      return sent.length === 0 ? hop : { ...hop, url }
    },
    hideText: texts.whole,
    hideHeader: (text) => texts.whole(text).replaceAll(MASK, HEADER_MASK),
    hideBytes: bytesOf.bytes,
    hideStream: bytesOf.stream,
  }
}

/** Returns every text that must not be in a response: of `Bearer abc`, a service may send back `abc` alone. */
function secretsOf({ aws, headers, query, secrets = [] }: HttpCredentials): readonly string[] {
  const keys = aws === undefined ? [] : [aws.secretAccessKey]
  const sent = [...Object.values(headers), ...Object.values(query), ...keys, ...secrets]
  return sent.flatMap((secret) => [secret, ...credentialsIn({ authorization: secret })])
}
