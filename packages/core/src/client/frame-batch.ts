export interface FrameBatch<Frame> {
  readonly add: (frame: Frame) => void
  /** Delivers the collected frames now. */
  readonly flush: () => void
  /** Drops the collected frames. */
  readonly clear: () => void
}

/** Collects the frames of one turn of the event loop, so that a backlog is delivered in one call. */
export function createFrameBatch<Frame>(deliver: (frames: readonly Frame[]) => void): FrameBatch<Frame> {
  let frames: Frame[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function take(): readonly Frame[] {
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
