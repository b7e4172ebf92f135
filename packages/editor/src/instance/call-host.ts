/**
 * Calls a function of the host. What it throws is reported as an uncaught error of the page, and stops nothing here:
 * an event is for the host to know, not a part of what we do.
 */
export function callHost<Args extends readonly unknown[]>(
  listener: ((...args: Args) => unknown) | undefined,
  ...args: Args
): void {
  try {
    listener?.(...args)
  } catch (error) {
    reportUncaught(error)
  }
}

function reportUncaught(error: unknown): void {
  if (typeof globalThis.reportError === 'function') {
    globalThis.reportError(error)
    return
  }
  setTimeout(() => {
    throw error
  }, 0)
}
