import { diffDocuments } from '@tenon/core/collab'
import type { DocumentOperation, WorkflowDocument } from '@tenon/core/document'
import * as Y from 'yjs'
import type { EditorSession } from '../session/session-types.ts'

/** Time in milliseconds after which an unsaved change causes a warning when the page closes. */
const LATE_MS = 3_000

/** Changes of a draft that the server may lack. */
export interface UnsavedChanges {
  /** Records a change. */
  readonly touch: () => void
  /** Records the current draft as the one that the server has. Earlier changes stay unsaved. */
  readonly begin: () => void
  /** Records the current draft as the one that the server has, with all changes. */
  readonly keepStored: () => void
  /** Marks all changes as no longer unsaved here, since another session takes them over. */
  readonly forget: () => void
  /** Checks for changes that the server may lack. */
  readonly isPending: () => boolean
  /** Checks for changes that are unsaved for so long that the connection may be dead. */
  readonly isLate: () => boolean
  /** Operations that lead from the stored draft to the current one. */
  readonly operations: () => readonly DocumentOperation[]
  /** State vector of the draft that the server has; `null` until the draft was read. */
  readonly storedVector: () => Uint8Array | null
}

/** Tracks the changes of a session that the server may lack. */
export function createUnsavedChanges(session: Pick<EditorSession, 'doc' | 'read'>): UnsavedChanges {
  let pendingSinceMs: number | null = null
  let stored: { readonly document: WorkflowDocument; readonly vector: Uint8Array } | null = null
  const begin = () => {
    stored = { document: session.read(), vector: Y.encodeStateVector(session.doc) }
  }
  const forget = () => {
    pendingSinceMs = null
  }
  return {
    touch: () => {
      pendingSinceMs ??= Date.now()
    },
    begin,
    keepStored: () => {
      forget()
      begin()
    },
    forget,
    isPending: () => pendingSinceMs !== null,
    isLate: () => pendingSinceMs !== null && Date.now() - pendingSinceMs > LATE_MS,
    operations: () =>
      stored === null || pendingSinceMs === null ? [] : diffDocuments(stored.document, session.read()),
    storedVector: () => stored?.vector ?? null,
  }
}
