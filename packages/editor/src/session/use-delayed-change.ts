import { useLayoutEffect, useMemo, useRef } from 'react'
import { useSession } from './session-context.tsx'
import { createTypingBurst, type TypingBurst } from './typing-burst.ts'
import { createUndoBorders, editBetween } from './undo-borders.ts'

interface DelayedChangeOptions {
  /**
   * Delay in milliseconds after the last character; with `null`, the text is committed when the field is flushed.
   * @defaultValue 300
   */
  readonly pauseMs?: number | null
}

export interface DelayedChange {
  /** Stores a typed text, to be committed later. */
  readonly push: (text: string) => void
  /** Commits the stored text at once; the undo step continues with what is typed next. */
  readonly commit: () => void
  /** Commits the stored text at once, and ends its undo step. */
  readonly flush: () => void
  /** Discards the stored text. */
  readonly drop: () => void
  readonly isPending: () => boolean
}

const PAUSE_MS = 300
/** Longest typing in milliseconds that is not yet committed. */
const LONGEST_WAIT_MS = 1_000

interface Pending {
  readonly text: string
  readonly since: number
  readonly timer: ReturnType<typeof setTimeout> | null
  readonly release: () => void
}

/**
 * Commits a typed text after a pause, and at once when the field is left, when it is unmounted, when the page is
 * left, and before any other command of the session. Undo steps end where {@link createUndoBorders} says, and with the
 * field.
 *
 * @param onCommit - Need not be stable; the last one is called.
 */
export function useDelayedChange(
  onCommit: (text: string) => void,
  { pauseMs = PAUSE_MS }: DelayedChangeOptions = {},
): DelayedChange {
  const session = useSession()
  const latest = useRef(onCommit)
  latest.current = onCommit
  const change = useMemo<DelayedChange>(() => {
    let pending: Pending | null = null
    let burst: TypingBurst = createTypingBurst()
    const borders = createUndoBorders()
    let lastText = ''
    const take = (): string | null => {
      if (pending === null) return null
      const { text, timer, release } = pending
      if (timer !== null) clearTimeout(timer)
      pending = null
      release()
      return text
    }
    const commit = () => {
      const text = take()
      if (text === null) return
      // A text that is committed when the field is left is an undo step of its own.
      if (pauseMs === null) latest.current(text)
      else session.asBurst(burst, () => latest.current(text))
    }
    const flush = () => {
      commit()
      borders.end()
    }
    return {
      push: (text) => {
        const now = Date.now()
        if (borders.begins(editBetween(lastText, text), now)) burst = createTypingBurst()
        lastText = text
        const since = pending?.since ?? now
        if (pending?.timer != null) clearTimeout(pending.timer)
        const waitMs = pauseMs === null ? null : Math.max(0, Math.min(pauseMs, since + LONGEST_WAIT_MS - now))
        pending = {
          text,
          since,
          timer: waitMs === null ? null : setTimeout(commit, waitMs),
          release: pending?.release ?? session.input.hold(commit, pauseMs !== null),
        }
      },
      commit,
      flush,
      drop: () => void take(),
      isPending: () => pending !== null,
    }
  }, [session, pauseMs])
  // Runs before the cleanup of the session, after which the text could not be sent.
  useLayoutEffect(() => change.flush, [change])
  return change
}
