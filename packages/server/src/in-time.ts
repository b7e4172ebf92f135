import type { TenonError } from '@tenon/core/errors'

/**
 * Waits for code of the host, or for bytes, for at most `timeoutMs`. The work itself is not stopped.
 *
 * @param late - Makes the error when the time is over.
 * @throws The error of `late`; whatever the work rejects with.
 */
export async function inTime<Value>(
  work: Value | Promise<Value>,
  timeoutMs: number,
  late: () => TenonError,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs)
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}
