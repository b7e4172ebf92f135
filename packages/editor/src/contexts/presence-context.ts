import type { DraftAwareness } from '@tenon/core/collab'
import { createContext, useContext } from 'react'

/** Sends the presence of this person from the parts of an editor. */
export interface Presence {
  /** Merges a part into the presence; sent at most 20 times per second. */
  readonly set: (part: Omit<DraftAwareness, 'user'>) => void
}

/** Presence of drafts without other users. */
const NO_PRESENCE: Presence = Object.freeze({ set: () => {} })

export const PresenceContext = createContext<Presence>(NO_PRESENCE)

export function usePresence(): Presence {
  return useContext(PresenceContext)
}
