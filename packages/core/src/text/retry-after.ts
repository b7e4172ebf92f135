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

function readWait(text: string, nowMs: number): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const date = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : date - nowMs
}
