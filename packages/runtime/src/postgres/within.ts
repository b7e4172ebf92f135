import { TenonError } from '@tenon/core/errors'

/**
 * Limits the time that the caller waits for the database. The work itself is not stopped: the caller must not use its
 * connection again.
 *
 * @param timeoutMs - Milliseconds; `Infinity` for no limit.
 * @throws {@link TenonError} `UNAVAILABLE` after the time limit.
 */
export async function within<Value>(timeoutMs: number, work: Promise<Value>, message: string): Promise<Value> {
  if (timeoutMs === Number.POSITIVE_INFINITY) return work
  let timer: NodeJS.Timeout | undefined
  const lapse = new Promise<never>((_, reject) => {
    const expire = (): void => reject(new TenonError('UNAVAILABLE', `${message} (waited ${timeoutMs} ms)`))
    timer = setTimeout(expire, timeoutMs)
  })
  try {
    return await Promise.race([work, lapse])
  } finally {
    clearTimeout(timer)
    // The work may still fail after the limit; the caller has its error already.
    work.catch(() => undefined)
  }
}
