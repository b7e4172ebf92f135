import type { Json } from '@tenon/core/document'
import { useEffect, useRef, useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import type { EditorProblem } from '../../store/editor-state.ts'
import { TYPING_PAUSE_MS } from '../../ui/use-typing-pause.ts'

interface JudgedField {
  /** Problems to show: while a person types, those that were shown before. */
  readonly problems: readonly EditorProblem[]
  readonly onFocus: () => void
  readonly onBlur: () => void
}

/**
 * Holds new problems of a field back while a person is typing into it, until a pause or until the field is left: half a
 * value is no fault.
 *
 * @param isTyped - False for fields whose changes are decisions, such as a choice: they are judged at once.
 */
export function useJudgedProblems(
  found: readonly EditorProblem[],
  value: Json | undefined,
  { isTyped }: { readonly isTyped: boolean },
): JudgedField {
  const { afterPress } = useInstance()
  const isFocused = useRef(false)
  const shown = useRef<ReadonlySet<string>>(new Set())
  const judgedValue = useRef(value)
  const [isTyping, setIsTyping] = useState(false)
  useEffect(() => {
    if (judgedValue.current === value) return
    judgedValue.current = value
    if (!isFocused.current) return
    setIsTyping(true)
    const timer = setTimeout(() => afterPress(() => setIsTyping(false)), TYPING_PAUSE_MS)
    return () => clearTimeout(timer)
  }, [value, afterPress])
  // Before the effect has seen the new value, in the render that brings it.
  const isHeld = isTyped && (isTyping || (isFocused.current && judgedValue.current !== value))
  const problems = isHeld ? found.filter(({ id }) => shown.current.has(id)) : found
  useEffect(() => {
    if (!isHeld) shown.current = new Set(found.map(({ id }) => id))
  }, [found, isHeld])
  return {
    problems,
    onFocus: () => {
      isFocused.current = true
    },
    onBlur: () => {
      isFocused.current = false
      afterPress(() => setIsTyping(false))
    },
  }
}
