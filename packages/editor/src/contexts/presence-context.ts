import type { DraftAwareness } from '@tenon/core/collab'
import { createContext, useContext } from 'react'

/** How the parts of an editor tell the others what this person does. */
export interface Presence {
  /** Merges into what the others see; sent at most 20 times a second. */
  readonly set: (part: Omit<DraftAwareness, 'user'>) => void
}

/** For drafts that nobody else can see. */
const NO_PRESENCE: Presence = Object.freeze({ set: () => {} })

export const PresenceContext = createContext<Presence>(NO_PRESENCE)

export function usePresence(): Presence {
  return useContext(PresenceContext)
}
