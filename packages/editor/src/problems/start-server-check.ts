import { canRetry, retryLater } from '../instance/retry-later.ts'
import type { EditorState } from '../store/editor-state.ts'
import type { EditorStore } from '../store/editor-store.ts'

/** Pause after the last change in milliseconds, so that incomplete values are not checked. */
const PAUSE_MS = 400
const FIRST_RETRY_MS = 2_000

/** A check of a part of a draft that only the server can do. */
export interface ServerCheck<Part> {
  /** Returns the part of a draft that is checked, as plain data. */
  readonly partOf: (state: EditorState) => Part
  /** Part of a draft that is not loaded. */
  readonly none: Part
  /** Panels that begin a check when they open: the answer may have changed since. */
  readonly panels: readonly EditorState['openPanel'][]
  /** Checks a part and shows the problems; `isCurrent` is false once another check has begun. */
  readonly check: (part: Part, isCurrent: () => boolean) => Promise<void>
  /** Removes the problems, when the check is refused for good. */
  readonly clear: () => void
}

/** A check that goes along with a draft. */
export interface RunningCheck {
  /** Checks again soon, for a reason outside of the draft. */
  readonly again: () => void
  readonly stop: () => void
}

/** Does a check at once, after changes of its part, and when a panel opens; one that fails is tried again. */
export function startServerCheck<Part>(
  store: EditorStore,
  { partOf, none, panels, check, clear }: ServerCheck<Part>,
): RunningCheck {
  let timer: ReturnType<typeof setTimeout> | null = null
  let stopRetry = () => {}
  let failures = 0
  let key = ''
  // The answer of an earlier request is ignored.
  let count = 0
  const begin = async () => {
    timer = null
    stopRetry()
    count += 1
    const own = count
    const isCurrent = () => own === count
    const state = store.getState()
    const part = state.phase.kind === 'ready' ? partOf(state) : none
    key = JSON.stringify(part)
    try {
      await check(part, isCurrent)
      if (isCurrent()) failures = 0
    } catch (error) {
      if (!isCurrent()) return
      if (!canRetry(error)) {
        // Such as a permission that is gone: no answer will follow, and publishing checks again.
        clear()
        return
      }
      failures += 1
      stopRetry = retryLater(() => void begin(), { failures, firstPauseMs: FIRST_RETRY_MS, onlyVisible: true })
    }
  }
  const schedule = (pauseMs: number) => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => void begin(), pauseMs)
  }
  const unsubscribe = store.subscribe((state, before) => {
    const isOther =
      state.document !== before.document || state.manifest !== before.manifest || state.phase !== before.phase
    if (isOther && JSON.stringify(partOf(state)) !== key) schedule(PAUSE_MS)
    if (state.openPanel !== before.openPanel && panels.includes(state.openPanel)) schedule(0)
  })
  schedule(0)
  return {
    again: () => schedule(PAUSE_MS),
    stop: () => {
      count += 1
      if (timer !== null) clearTimeout(timer)
      stopRetry()
      unsubscribe()
    },
  }
}
