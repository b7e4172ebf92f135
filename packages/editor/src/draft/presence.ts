import { DRAFT_LIMITS, type DraftAwareness } from '@tenon/core/collab'
import type { Presence } from '../contexts/presence-context.ts'
import type { EditorStore } from '../store/editor-store.ts'

/** The part of an awareness object that presence needs. */
export interface LocalAwareness {
  readonly setLocalState: (state: { [key: string]: unknown } | null) => void
}

/** Presence that can be connected to a room and disconnected. */
export interface ConnectablePresence extends Presence {
  readonly attach: (awareness: LocalAwareness) => () => void
}

type OwnState = Omit<DraftAwareness, 'user'>

const PAUSE_MS = 1_000 / DRAFT_LIMITS.awarenessPerSecond

/**
 * Creates the presence of this person. Sends are throttled to the rate that the server allows; the last state is always
 * sent.
 */
export function createPresence(store: EditorStore): ConnectablePresence {
  let state: OwnState = {}
  let awareness: LocalAwareness | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  let isDirty = false
  const send = () => {
    timer = null
    if (!isDirty || awareness === null) return
    isDirty = false
    awareness.setLocalState({ ...state })
    timer = setTimeout(send, PAUSE_MS)
  }
  const set = (part: OwnState) => {
    state = { ...state, ...part }
    isDirty = true
    if (timer === null) send()
  }
  return {
    set,
    attach: (next) => {
      awareness = next
      set({ selection: selectionOf(store) })
      const unsubscribe = store.subscribe((now, before) => {
        if (now.selectedNodes !== before.selectedNodes) set({ selection: selectionOf(store) })
      })
      return () => {
        unsubscribe()
        if (timer !== null) clearTimeout(timer)
        timer = null
        awareness = null
      }
    },
  }
}

function selectionOf(store: EditorStore): readonly string[] {
  return [...store.getState().selectedNodes].slice(0, DRAFT_LIMITS.selection)
}
