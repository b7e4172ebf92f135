import { diffDocuments } from '@tenon/core/collab'
import type { DocumentOperation, WorkflowDocument } from '@tenon/core/document'
import type { EditorStore } from '../store/editor-store.ts'
import type { DraftChange } from './session-types.ts'

export interface ChangeReporter {
  /** Reports all changes since the last report; `operations` if they are known already. */
  readonly report: (command: DraftChange['command'], operations?: readonly DocumentOperation[]) => void
  /** Marks a document from the listener itself as reported. */
  readonly skipTo: (document: WorkflowDocument) => void
  readonly onChange: (listener: (change: DraftChange) => void) => () => void
}

/** Reports the changes of the user to the host, including typed text as operations. */
export function createChangeReporter(store: EditorStore): ChangeReporter {
  const listeners = new Set<(change: DraftChange) => void>()
  let reported = store.getState().document
  return {
    report: (command, known) => {
      const { document } = store.getState()
      const operations = known ?? diffDocuments(reported, document)
      reported = document
      if (operations.length > 0) for (const listener of listeners) listener({ command, operations, document })
    },
    skipTo: (document) => {
      reported = document
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
