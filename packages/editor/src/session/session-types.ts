import type { DocumentOperation, NodeId, ParamPath, WorkflowDocument } from '@tenon/core/document'
import type * as Y from 'yjs'
import type { CommandResult, EditorCommand } from '../commands/command.ts'
import type { Translate } from '../messages/format.ts'
import type { RunFormDraft } from '../runs/form/form-draft.ts'
import type { EditorStore } from '../store/editor-store.ts'
import type { PendingInput } from './pending-input.ts'
import type { ScopeReader } from './scope-cache.ts'
import type { TypingBurst } from './typing-burst.ts'

/** Change of a draft by the user of this editor. */
export interface DraftChange {
  readonly document: WorkflowDocument
  /** Operations of the command; for typing and undo the difference since the last reported change. */
  readonly operations: readonly DocumentOperation[]
  readonly command: EditorCommand['type'] | 'typing' | 'undo' | 'redo'
}

/** Entries of the run form, kept for the next start. */
export interface StartMemory {
  /** Chosen trigger, by mode. */
  readonly triggers: Map<'test' | 'live', NodeId>
  /** Input, by mode and trigger: `test/start`. */
  readonly drafts: Map<string, RunFormDraft>
}

/**
 * Session of one mounted editor: its shared document and its state; all changes of both use it.
 *
 * A new session is inactive. `start` attaches it and returns a function that detaches it; both may be repeated.
 */
export interface EditorSession {
  readonly store: EditorStore
  readonly doc: Y.Doc
  /** Returns the messages in the current language of the editor. */
  readonly translate: () => Translate
  readonly undoManager: Y.UndoManager
  readonly dispatch: (command: EditorCommand) => CommandResult
  /** Input that is typed and not yet part of the draft. */
  readonly input: PendingInput
  readonly starts: StartMemory
  /** Runs commands as part of one burst of typing, which is one undo step. */
  readonly asBurst: (burst: TypingBurst, change: () => void) => void
  /** Commits all typed text and reports it to the host. */
  readonly flush: () => void
  readonly undo: () => void
  readonly redo: () => void
  /** Forgets all steps that could be undone or redone, for a change after which none of them may come back. */
  readonly clearHistory: () => void
  /** Returns the shared text at a path of the params (or `notes`); `null` if the field is not edited by character. */
  readonly textAt: (nodeId: NodeId, path: ParamPath | 'notes') => Y.Text | null
  /** Replaces the content of the draft, by the operations that make the difference; cannot be undone. */
  readonly adopt: (document: WorkflowDocument) => void
  /** Reads the current draft, without waiting for the next scheduled reading. */
  readonly read: () => WorkflowDocument
  readonly onChange: (listener: (change: DraftChange) => void) => () => void
  /** Returns the scope of the fields of a node, computed once for each state of the draft. */
  readonly scopeOf: ScopeReader
  readonly start: () => () => void
}
