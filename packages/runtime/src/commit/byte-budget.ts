import { getHeapStatistics } from 'node:v8'

/** Leave to bring a value into memory; held until the value is stored. */
export interface Admission {
  /** Names the bytes that are held, as soon as they are known: they replace the expected ones. */
  weigh(bytes: number): void
  /** Frees the bytes. A second call has no effect. */
  release(): void
}

/** Bytes that may wait to be stored at once. */
export interface ByteBudget {
  /**
   * Admits a caller whose bytes are not known yet, and counts the expected ones until they are: at once while less than
   * the budget is held and no other waits, else in the order of the calls. So the budget is exceeded by one caller, and
   * by what callers have above the expected bytes.
   */
  enter(): Admission | Promise<Admission>
}

/**
 * Creates a budget of which nothing is held.
 *
 * @param maxBytes - Above 0.
 * @param expectedBytes - Counted for a caller until its bytes are known, above 0. @defaultValue `maxBytes`: one caller
 * is admitted after another, each when the bytes of the one before are known
 */
export function createByteBudget(maxBytes: number, expectedBytes = maxBytes): ByteBudget {
  const waiting: ((admission: Admission) => void)[] = []
  let held = 0

  const admitNext = (): void => {
    while (held < maxBytes) {
      const next = waiting.shift()
      if (next === undefined) return
      next(createAdmission())
    }
  }
  const createAdmission = (): Admission => {
    let own = expectedBytes
    held += own
    let isOver = false
    const change = (bytes: number): void => {
      held += bytes - own
      own = bytes
      admitNext()
    }
    return {
      weigh: (bytes) => {
        if (!isOver) change(bytes)
      },
      release: () => {
        if (isOver) return
        isOver = true
        change(0)
      },
    }
  }
  return {
    enter: () =>
      held < maxBytes && waiting.length === 0 ? createAdmission() : new Promise((resolve) => waiting.push(resolve)),
  }
}

/** Returns the default budget, in bytes. A value takes several times its size while it is encoded and sent. */
export function defaultPendingBytes(): number {
  return Math.min(67_108_864, Math.floor(getHeapStatistics().heap_size_limit / 16))
}
