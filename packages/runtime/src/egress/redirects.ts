import { TenonError } from '@tenon/core/errors'
import { isCredentialHeader } from '@tenon/core/mask'
import { checkUrl } from './check-request.ts'

const MAX_REDIRECTS = 5

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** One request with its redirects. */
export interface Hop<Body> {
  readonly url: URL
  readonly method: string
  readonly headers: ReadonlyMap<string, string>
  readonly body: Body | undefined
}

export interface Answer {
  readonly status: number
  readonly location: string | null
}

const isRedirect = ({ status, location }: Answer): boolean => REDIRECT_STATUSES.has(status) && location !== null

/** @throws {@link TenonError} `HTTP_REDIRECT_REFUSED` (details: `status`) for a redirect. */
export function refuseRedirect(hop: Pick<Hop<unknown>, 'url'>, answer: Answer): void {
  if (!isRedirect(answer)) return
  const { status } = answer
  throw new TenonError('HTTP_REDIRECT_REFUSED', `${hop.url.host} answered ${status} with a redirect`, {
    details: { status },
  })
}

/**
 * Returns the request that follows a redirect; `null` if the response is not a redirect.
 *
 * Another origin never gets credentials; a changed method drops the body.
 *
 * @param hops - Redirects followed before this one.
 * @throws {@link TenonError} `HTTP_FAILED` after five redirects; `EGRESS_REFUSED` as {@link checkUrl}.
 */
export function followRedirect<Body>(hop: Hop<Body>, answer: Answer, hops: number): Hop<Body> | null {
  if (!isRedirect(answer) || answer.location === null) return null
  if (hops >= MAX_REDIRECTS) {
    throw new TenonError('HTTP_FAILED', `${hop.url.host} redirects more than ${MAX_REDIRECTS} times`, {
      retryable: false,
      details: { code: null },
    })
  }
  const url = checkUrl(answer.location, hop.url)
  const isOtherOrigin = url.origin !== hop.url.origin
  const becomesGet = answer.status === 303 ? hop.method !== 'HEAD' : answer.status < 303 && hop.method === 'POST'
  const headers = [...hop.headers].filter(
    ([name]) => !(isOtherOrigin && isCredentialHeader(name)) && !(becomesGet && name.startsWith('content-')),
  )
  return {
    url,
    method: becomesGet ? 'GET' : hop.method,
    headers: new Map(headers),
    body: becomesGet ? undefined : hop.body,
  }
}
