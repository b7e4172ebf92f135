import type { RunEventFrame } from '../run/events.ts'

export interface FrameBatch {
  readonly add: (frame: RunEventFrame) => void
  /** Hands over what is there now. */
  readonly flush: () => void
  /** Drops what is there. */
  readonly clear: () => void
}

/** Gathers the frames of one turn of the event loop, so that a backlog is handed over at once. */
export function createFrameBatch(deliver: (frames: readonly RunEventFrame[]) => void): FrameBatch {
  let frames: RunEventFrame[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function take(): readonly RunEventFrame[] {
    clearTimeout(timer)
    timer = undefined
    const taken = frames
    frames = []
    return taken
  }

  function flush(): void {
    const taken = take()
    if (taken.length > 0) deliver(taken)
  }

  return {
    add: (frame) => {
      frames.push(frame)
      timer ??= setTimeout(flush, 0)
    },
    flush,
    clear: take,
  }
}
