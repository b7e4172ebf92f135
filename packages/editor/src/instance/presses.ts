import { flushSync } from 'react-dom'
import { onPointerPress } from './browser.ts'

/** Presses of the pointer on the page. */
export interface Presses {
  /** Starts to listen. Returns `stop`. */
  readonly start: () => () => void
  /**
   * Calls back when no pointer is pressed: at once, or after the release.
   *
   * A press moves the focus before its click. A field that shows, adds or removes something when it loses the focus must
   * wait for the release: otherwise the button that is being pressed moves, and the click is lost. The change is rendered
   * before the click, so that click handlers see it, and a controlled radio button keeps its click.
   */
  readonly afterPress: (callback: () => void) => void
}

/** Creates the presses of an instance. */
export function createPresses(): Presses {
  let isPressed = false
  let waiting: readonly (() => void)[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const end = () => {
    clearTimeout(timer)
    isPressed = false
    const due = waiting
    waiting = []
    if (due.length === 0) return
    flushSync(() => {
      for (const callback of due) callback()
    })
  }
  return {
    start: () => {
      const stop = onPointerPress((how) => {
        if (how === 'released') end()
        else if (how === 'pressed' || isPressed) {
          clearTimeout(timer)
          isPressed = true
          if (how === 'lifted') timer = setTimeout(end)
        }
      })
      return () => {
        stop()
        clearTimeout(timer)
        isPressed = false
        for (const callback of waiting) callback()
        waiting = []
      }
    },
    afterPress: (callback) => {
      if (isPressed) waiting = [...waiting, callback]
      else callback()
    },
  }
}
