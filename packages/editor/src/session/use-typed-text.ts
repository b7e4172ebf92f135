import { useEffect, useRef, useState } from 'react'
import { useInstance } from '../instance/instance-context.ts'
import type { FieldAddress } from '../store/editor-state.ts'
import { useTypingPause } from '../ui/use-typing-pause.ts'
import { useSession } from './session-context.tsx'
import { useDelayedChange } from './use-delayed-change.ts'
import { useMovedInput } from './use-moved-input.ts'

/** Identifies a field within its editor, so that a refused text is restored. */
export interface TypedTextField extends FieldAddress {
  /** Unique among the fields of the editor. */
  readonly key: string
  readonly label: string
}

interface TypedTextOptions {
  readonly field: TypedTextField
  /** Stored value. */
  readonly value: string
  readonly onCommit: (text: string) => void
  /** Returns the reason why a text cannot be stored; `null` if it can. @defaultValue every text can */
  readonly check?: (text: string) => string | null
  /** Checks whether a text is stored as this value, whatever the spaces around it. @defaultValue equal without them */
  readonly isSame?: (text: string, value: string) => boolean
  /**
   * `'pause'` commits while the user types. `'leave'` commits when the field is left: for names, of which the first
   * letters would be another name. @defaultValue 'pause'
   */
  readonly commitOn?: 'pause' | 'leave'
}

export interface TypedText {
  readonly text: string
  /** Reason why the shown text is not stored; `null` until the user pauses in typing or leaves the field. */
  readonly error: string | null
  /** True if the shown text can be stored. */
  readonly isStorable: boolean
  readonly onChange: (text: string) => void
  readonly onBlur: () => void
  /** Commits at once, and keeps the focus. */
  readonly commit: () => void
  /** Restores the value from before the field was changed. */
  readonly cancel: () => void
}

/**
 * Manages a text field of the draft. No typed text is lost: a valid text is committed after a pause or when the field
 * is left in any way; an invalid text is kept with its reason, also if the field is shown again later.
 */
export function useTypedText(options: TypedTextOptions): TypedText {
  const { field, value, onCommit, check = anyText, isSame = isSameTrimmed, commitOn = 'pause' } = options
  const { input } = useSession()
  const { afterPress } = useInstance()
  useMovedInput(field)
  const [draft, setDraft] = useState<string | null>(() => input.refusedText(field.key))
  const firstValue = useRef(value)
  const shownValue = useRef(value)
  const commit = (text: string) => {
    if (check(text) !== null) {
      input.refuse(field.key, { nodeId: field.nodeId, path: field.path, label: field.label, text })
      return
    }
    input.accept(field.key)
    if (!isSame(text, value)) onCommit(text)
  }
  const change = useDelayedChange(commit, commitOn === 'leave' ? { pauseMs: null } : {})
  const fault = draft === null ? null : check(draft)
  const { isTyping, typed, paused } = useTypingPause()
  // Another user, or undo, has changed the value; a committed text is shown as it was typed.
  useEffect(() => {
    if (shownValue.current === value) return
    shownValue.current = value
    setDraft((now) => (now === null || change.isPending() || check(now) !== null || isSame(now, value) ? now : null))
  }, [value, change, check, isSame])
  // The text may be valid now: another field may have released the name.
  useEffect(() => {
    if (draft !== null && fault === null && !change.isPending() && input.refusedText(field.key) !== null) commit(draft)
  })
  const leave = () => {
    change.flush()
    paused()
    if (fault === null) setDraft(null)
  }
  return {
    text: draft ?? value,
    error: isTyping ? null : fault,
    isStorable: fault === null,
    commit: leave,
    onChange: (text) => {
      if (draft === null) firstValue.current = value
      setDraft(text)
      typed()
      change.push(text)
    },
    // A commit may add or remove rows.
    onBlur: () => afterPress(leave),
    cancel: () => {
      change.drop()
      paused()
      input.accept(field.key)
      setDraft(null)
      if (draft !== null && !isSame(firstValue.current, value)) onCommit(firstValue.current)
    },
  }
}

function anyText(): null {
  return null
}

function isSameTrimmed(text: string, value: string): boolean {
  return text.trim() === value.trim()
}
