import { TenonError } from '@tenon/core/errors'
import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { EditorState } from '../store/editor-state.ts'
import type { EditorSession } from './session-types.ts'

const SessionContext = createContext<EditorSession | null>(null)

export function SessionProvider({ session, children }: { session: EditorSession; children: ReactNode }): ReactNode {
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>
}

/** Returns the session of the editor that a part belongs to. */
export function useSession(): EditorSession {
  const session = useContext(SessionContext)
  if (session === null) throw new TenonError('INTERNAL', 'This part must be rendered inside <WorkflowEditor>')
  return session
}

/** Subscribes to one slice of the editor's state; renders again only if that slice changes. */
export function useEditorStore<Slice>(selector: (state: EditorState) => Slice): Slice {
  return useStore(useSession().store, selector)
}
