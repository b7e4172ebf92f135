import { useEffect, useRef, useState } from 'react'
import { useInstance } from '../instance/instance-context.ts'

/** Pause in typing after which a field is judged, and a new word begins another undo step, in milliseconds. */
export const TYPING_PAUSE_MS = 1_000

interface TypingPause {
  /** True from a keystroke until a pause, or until the field is left. */
  readonly isTyping: boolean
  /** Call it for each keystroke. */
  readonly typed: () => void
  /** Call it when the field is left or its text is confirmed; waits until the pointer is released. */
  readonly paused: () => void
}

/** Reports if the user is typing into a field, so that half a text is not called a fault. */
export function useTypingPause(): TypingPause {
  const { afterPress } = useInstance()
  const [isTyping, setIsTyping] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const paused = () => {
    clearTimeout(timer.current)
    afterPress(() => setIsTyping(false))
  }
  return {
    isTyping,
    typed: () => {
      clearTimeout(timer.current)
      timer.current = setTimeout(paused, TYPING_PAUSE_MS)
      setIsTyping(true)
    },
    paused,
  }
}
