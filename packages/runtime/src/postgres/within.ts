import { TenonError } from '@tenon/core/errors'

/**
 * Limits the time that the caller waits for the database. The work itself is not stopped: the caller must not use its
 * connection again.
 *
 * @param timeoutMs - Milliseconds; `Infinity` for no limit.
 * @throws {@link TenonError} `UNAVAILABLE` after the time limit.
 */
export function within<Value>(timeoutMs: number, work: Promise<Value>, message: string): Promise<Value> {
  if (timeoutMs === Number.POSITIVE_INFINITY) return work
  return new Promise((resolve, reject) => {
    const details = { waitsFor: 'database' }
    const expire = (): void => reject(new TenonError('UNAVAILABLE', `${message} (waited ${timeoutMs} ms)`, { details }))
    const timer = setTimeout(expire, timeoutMs)
    // Both listeners stay after the limit: the work may still fail, when the caller has its error already.
    work.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
