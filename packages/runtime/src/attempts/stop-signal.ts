/**
 * Signal that becomes aborted at most once. An `AbortSignal` is one; a {@link StopSource} costs a fraction, since nearly
 * every attempt ends without one of its signals.
 */
export interface StopSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** A {@link StopSignal} with the switch that aborts it, for the code of this package; bodies get an `AbortSignal`. */
export class StopSource implements StopSignal {
  #listeners: readonly (() => void)[] = NONE
  #aborted = false

  get aborted(): boolean {
    return this.#aborted
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners = this.#listeners.length === 0 ? [listener] : [...this.#listeners, listener]
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const left = this.#listeners.filter((each) => each !== listener)
    this.#listeners = left.length === 0 ? NONE : left
  }

  /** Aborts the signal and calls its listeners, the first time that it is called. */
  abort(): void {
    if (this.#aborted) return
    this.#aborted = true
    const listeners = this.#listeners
    this.#listeners = NONE
    for (const listener of listeners) listener()
  }
}

const NONE: readonly (() => void)[] = []
