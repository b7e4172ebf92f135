/** Whether a status is among the expected ones: codes or classes with commas, such as `2xx, 404`. */
export function isExpected(status: number, expected: string): boolean {
  return expected.split(',').some((part) => {
    const wanted = part.trim()
    return wanted.endsWith('xx') ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted)
  })
}

/** The service says when to come back; longer than a day is taken as a day. */
const LONGEST_WAIT_MS = 86_400_000

/**
 * Reads `Retry-After`, seconds or an HTTP date.
 *
 * @returns Milliseconds from `nowMs`, at least 0; `undefined` if the header is absent or unreadable.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? ''
  const waitMs = /^\d{1,9}$/.test(text)
    ? Number(text) * 1_000
    : /\d{4}/.test(text)
      ? Date.parse(text) - nowMs
      : Number.NaN
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS)
}
