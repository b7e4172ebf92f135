import type { DocumentOperation, NodeId, ParamPath, WorkflowDocument } from '@tenon/core/document'
import type * as Y from 'yjs'
import type { CommandResult, EditorCommand } from '../commands/command.ts'
import type { Translate } from '../messages/format.ts'
import type { RunFormDraft } from '../runs/form/form-draft.ts'
import type { EditorStore } from '../store/editor-store.ts'
import type { PendingInput } from './pending-input.ts'
import type { ScopeReader } from './scope-cache.ts'
import type { TypingBurst } from './typing-burst.ts'

/** What happened to a draft by a person at this editor. */
export interface DraftChange {
  readonly document: WorkflowDocument
  /** The operations of the command; for typing and undo the difference since the last change that was told. */
  readonly operations: readonly DocumentOperation[]
  readonly command: EditorCommand['type'] | 'typing' | 'undo' | 'redo'
}

/** Entries of the run form, kept for the next start. */
export interface StartMemory {
  /** The trigger that was chosen, by what is run. */
  readonly triggers: Map<'test' | 'live', NodeId>
  /** The input, by what is run and the trigger: `test/start`. */
  readonly drafts: Map<string, RunFormDraft>
}

/**
 * One mounted editor: its shared document, its state and the only way to change either.
 *
 * Making one starts nothing; `start` attaches it and returns how to detach it, any number of times.
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
  /** Commits everything that is typed, and reports it to the host. */
  readonly flush: () => void
  readonly undo: () => void
  readonly redo: () => void
  /** The shared text at a path of the params (or `notes`), when the field is edited by character. */
  readonly textAt: (nodeId: NodeId, path: ParamPath | 'notes') => Y.Text | null
  /** Puts a document into the draft, as the difference to what is there; not undoable. */
  readonly adopt: (document: WorkflowDocument) => void
  /** The draft as it is now, without waiting for the next reading. */
  readonly read: () => WorkflowDocument
  readonly onChange: (listener: (change: DraftChange) => void) => () => void
  /** What the fields of a node may read, worked out once for each state of the draft. */
  readonly scopeOf: ScopeReader
  readonly start: () => () => void
}
