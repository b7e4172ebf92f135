/** Looks for work again and again while a process runs, one look at a time. */
export interface LookLoop {
  /** True after `close`. */
  readonly isClosed: boolean
  /**
   * Begins to look. Has no effect after the first call, and after `close`.
   *
   * @param afterMs - Time before the first look. @defaultValue 0
   */
  start(afterMs?: number): void
  /**
   * Looks again at once, or as soon as the present look has ended. Has no effect before `start`, and after `close`.
   *
   * @param afterMs - Time before the look; an earlier one replaces it. @defaultValue 0
   */
  wake(afterMs?: number): void
  /** Ignores wake-ups until now. A look calls it before it claims work, since the claim finds what they were for. */
  forgetWakes(): void
  /** Runs work apart from the looks, for which `close` waits. */
  during<Result>(work: () => Promise<Result>): Promise<Result>
  /** Stops; resolves when neither a look nor other work is in progress. */
  close(): Promise<void>
}

/** Parts of a {@link LookLoop}. */
export interface LookLoopDeps {
  /** Looks for work. @returns Time until the next look in milliseconds, if nothing wakes the loop earlier. */
  readonly look: () => Promise<number>
  /** Handles the error of a look. @returns Time until the next look in milliseconds. */
  readonly onError: (error: unknown) => number
}

/** Creates a loop that has not started. */
export function createLookLoop({ look, onError }: LookLoopDeps): LookLoop {
  const inProgress = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | null = null
  let dueAt = 0
  let state: 'new' | 'started' | 'closed' = 'new'
  let isLooking = false
  let isWoken = false

  const during = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = work()
    const ended = result
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => inProgress.delete(ended))
    inProgress.add(ended)
    return result
  }
  const lookNow = async (): Promise<void> => {
    isLooking = true
    isWoken = false
    const pauseMs = await look().catch(onError)
    isLooking = false
    if (state === 'started') lookIn(isWoken ? 0 : pauseMs)
  }
  const lookIn = (delayMs: number): void => {
    const at = performance.now() + delayMs
    if (timer !== null && dueAt <= at) return
    if (timer !== null) clearTimeout(timer)
    dueAt = at
    timer = setTimeout(() => {
      timer = null
      void during(lookNow)
    }, delayMs).unref()
  }
  return {
    get isClosed() {
      return state === 'closed'
    },
    start(afterMs = 0) {
      if (state !== 'new') return
      state = 'started'
      lookIn(afterMs)
    },
    wake(afterMs = 0) {
      isWoken = true
      if (!isLooking && state === 'started') lookIn(afterMs)
    },
    forgetWakes() {
      isWoken = false
    },
    during,
    async close() {
      state = 'closed'
      if (timer !== null) clearTimeout(timer)
      await Promise.all(inProgress)
    },
  }
}
