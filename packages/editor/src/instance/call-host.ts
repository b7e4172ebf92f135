/**
 * Calls a function of the host. An error that it throws is reported as an uncaught error of the page and does not
 * affect the editor.
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
