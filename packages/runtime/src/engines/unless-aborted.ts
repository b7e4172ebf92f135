/** Waits for work, or until a signal is aborted. */
export async function unlessAborted(work: Promise<unknown>, abortSignal: AbortSignal): Promise<void> {
  if (abortSignal.aborted) return
  let stop = (): void => undefined
  const isOver = new Promise<void>((resolve) => {
    stop = resolve
    abortSignal.addEventListener('abort', stop, { once: true })
  })
  try {
    await Promise.race([work, isOver])
  } finally {
    abortSignal.removeEventListener('abort', stop)
  }
}
