const HIDDEN_TAB_MS = 250

/**
 * Calls back with the next animation frame, or soon after in a tab that is not painted.
 *
 * @returns A function that cancels the call.
 */
export function onNextFrame(callback: () => void): () => void {
  const hasFrames = typeof globalThis.requestAnimationFrame === 'function'
  const cancel = () => {
    clearTimeout(timer)
    if (hasFrames) globalThis.cancelAnimationFrame(frame)
  }
  const fire = () => {
    cancel()
    callback()
  }
  const timer = setTimeout(fire, hasFrames ? HIDDEN_TAB_MS : 0)
  const frame = hasFrames ? globalThis.requestAnimationFrame(fire) : 0
  return cancel
}
