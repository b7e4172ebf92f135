import { getHeapStatistics } from 'node:v8'

/** Leave to bring a value into memory; held until the value is stored. */
export interface Admission {
  /** Names the bytes that are held, as soon as they are known: those who wait are admitted behind it. */
  weigh(bytes: number): void
  /** Frees the bytes. A second call has no effect. */
  release(): void
}

/** Bytes that may wait to be stored at once. */
export interface ByteBudget {
  /**
   * Admits a caller whose bytes are not known yet: at once while less than the budget is held and no other waits, else in
   * the order of the calls, one after another. So the budget is exceeded by one value under pressure.
   */
  enter(): Admission | Promise<Admission>
}

/** @param maxBytes - Above 0. */
export function createByteBudget(maxBytes: number): ByteBudget {
  const waiting: ((admission: Admission) => void)[] = []
  let held = 0
  /** One that waited has been admitted, and its bytes are not known yet. */
  let isWeighing = false

  const admitNext = (): void => {
    if (isWeighing || held >= maxBytes) return
    const next = waiting.shift()
    if (next === undefined) return
    isWeighing = true
    next(
      createAdmission(() => {
        isWeighing = false
      }),
    )
  }
  const createAdmission = (onKnown: () => void): Admission => {
    let own = 0
    let isOver = false
    return {
      weigh: (bytes) => {
        if (isOver) return
        held += bytes - own
        own = bytes
        onKnown()
        admitNext()
      },
      release: () => {
        if (isOver) return
        isOver = true
        held -= own
        onKnown()
        admitNext()
      },
    }
  }
  return {
    enter: () =>
      held < maxBytes && waiting.length === 0 && !isWeighing
        ? createAdmission(() => undefined)
        : new Promise((resolve) => waiting.push(resolve)),
  }
}

/** Returns the default budget, in bytes. A value takes several times its size while it is encoded and sent. */
export function defaultPendingBytes(): number {
  return Math.min(67_108_864, Math.floor(getHeapStatistics().heap_size_limit / 16))
}
