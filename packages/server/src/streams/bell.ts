/** A wake-up signal that remembers one ring until the next `wait`. */
export interface Bell {
  readonly ring: () => void
  /** Resolves with the next ring, at once if one is remembered, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void>
}

export function createBell(): Bell {
  let hasRung = false
  let wake: (() => void) | null = null
  return {
    ring: () => {
      hasRung = true
      wake?.()
    },
    async wait(timeoutMs) {
      if (!hasRung) {
        let timer: ReturnType<typeof setTimeout> | undefined
        await new Promise<void>((resolve) => {
          wake = resolve
          timer = setTimeout(resolve, timeoutMs)
        })
        clearTimeout(timer)
        wake = null
      }
      hasRung = false
    },
  }
}
