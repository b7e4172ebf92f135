/** Longest wait in milliseconds; a service that asks for more than a day is retried after a day. */
const LONGEST_WAIT_MS = 86_400_000
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/

/**
 * Reads `Retry-After`, seconds or an HTTP date.
 *
 * @returns Milliseconds from `nowMs`, at least 0; `undefined` if the header is absent or unreadable.
 */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? ''
  const waitMs = readWait(text, nowMs)
  return waitMs === undefined ? undefined : Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS)
}

/**
 * Reads how long a service refuses the requests of an account: the wait of a 429, 403 or 503 by `Retry-After`, or until the
 * end of a limit that is used up (`X-RateLimit-Remaining: 0` with `X-RateLimit-Reset`, seconds since the epoch).
 *
 * @param header - Returns a header of the response by its lower-case name.
 * @returns Milliseconds from `nowMs`, at least 0; `undefined` for other responses.
 */
export function limitedForMs(
  status: number,
  header: (name: string) => string | null | undefined,
  nowMs: number,
): number | undefined {
  if (status !== 429 && status !== 403 && status !== 503) return undefined
  const asked = retryAfterMs(header('retry-after'), nowMs)
  if (asked !== undefined || header('x-ratelimit-remaining')?.trim() !== '0') return asked
  const reset = header('x-ratelimit-reset')?.trim() ?? ''
  return /^\d{1,11}$/.test(reset) ? Math.min(Math.max(Number(reset) * 1_000 - nowMs, 0), LONGEST_WAIT_MS) : undefined
}

function readWait(text: string, nowMs: number): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const date = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : date - nowMs
}
