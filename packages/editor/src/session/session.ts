import {
  applyOperationsToDraft,
  diffDocuments,
  draftUndoScope,
  notesText,
  paramText,
  readDraft,
  type TextFields,
  textFieldsOf,
} from '@tenon/core/collab'
import type { DocumentOperation, WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import * as Y from 'yjs'
import type { CommandResult, EditorCommand } from '../commands/command.ts'
import { planCommand } from '../commands/planners.ts'
import { onPageLeave } from '../instance/browser.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import type { MessageKey } from '../messages/en/index.ts'
import type { Translate } from '../messages/format.ts'
import type { DeletedNode } from '../store/deleted-node.ts'
import type { Peer } from '../store/editor-state.ts'
import { acceptDocument, announce, createEditorStore, type EditorStore, select } from '../store/editor-store.ts'
import { shareStructure } from '../store/share-structure.ts'
import { createKeptInput } from './kept-input.ts'
import { createPendingInput } from './pending-input.ts'
import { createScopeReader } from './scope-cache.ts'
import type { DraftChange, EditorSession } from './session-types.ts'
import { captureInBurst, type TypingBurst } from './typing-burst.ts'
import { keepSelections } from './undo-selections.ts'

interface SessionOptions {
  readonly store?: EditorStore
  /** Returns the messages for announcements in the current language. */
  readonly translate: () => Translate
}

/** Delay in milliseconds for changes of other users, which are read at most once per frame. */
const READ_DELAY_MS = 16
/** Pause in typing after which the host is notified, in milliseconds. */
const TYPING_PAUSE_MS = 300

/** Commands that add nodes and select them. */
const ADDING: ReadonlySet<EditorCommand['type']> = new Set([
  'add-node',
  'add-undo',
  'wrap-in-loop',
  'paste',
  'duplicate',
])
/** Those of them whose nodes have no values yet. */
const CREATING: ReadonlySet<EditorCommand['type']> = new Set(['add-node', 'add-undo', 'wrap-in-loop'])

/** Creates a session that is not started. */
export function createEditorSession({ store = createEditorStore(), translate }: SessionOptions): EditorSession {
  const doc = new Y.Doc()
  const origin = { editor: 'command' }
  const hostOrigin = { editor: 'host' }
  const undoManager = new Y.UndoManager(draftUndoScope(doc), {
    doc,
    trackedOrigins: new Set([origin]),
    // Commands and code fields end undo steps, never the clock alone.
    captureTimeout: Number.POSITIVE_INFINITY,
  })
  const selections = keepSelections(undoManager, store)
  const { report, skipTo, onChange } = createChangeReporter(store)
  const input = createPendingInput(store)
  const kept = createKeptInput(store)
  /** The other users when they changed the draft, until the change is read; `null` without such a change. */
  let unreadBy: readonly Peer[] | null = null
  /** The typing that a change belongs to while it is committed. */
  let current: TypingBurst | null = null
  /** True while the draft has local typing that is not read yet. */
  let hasUnreadTyping = false
  /** The deleted node that is back in the draft, until the input that was kept for it is applied. */
  let returned: DeletedNode | null = null
  let textFields: { readonly manifest: ManifestIndex; readonly fields: TextFields } | null = null

  const fieldsNow = (): TextFields => {
    const { manifest } = store.getState()
    if (textFields?.manifest !== manifest) textFields = { manifest, fields: textFieldsOf(manifest.manifest) }
    return textFields.fields
  }
  const accept = (document: WorkflowDocument) => {
    const { deletedNode } = store.getState()
    acceptDocument(store, document, unreadBy)
    unreadBy = null
    hasUnreadTyping = false
    if (deletedNode !== null && store.getState().nodesById.has(deletedNode.node.id)) returned = deletedNode
  }
  /** Reads the draft. A caller applies the kept input afterwards, once its own change is reported. */
  const refresh = (): WorkflowDocument => {
    const { document, repairs: sentences, losses } = readDraft(doc)
    accept(document)
    const { nodesById } = store.getState()
    kept.keepRefused(input.prune((nodeId) => nodesById.has(nodeId)))
    const lost = new Set(losses.map(({ message }) => message))
    const before = store.getState()
    const repairs = shareStructure(
      before.repairs,
      sentences.filter((sentence) => !lost.has(sentence)),
    )
    const shared = shareStructure(before.losses, losses)
    if (repairs !== before.repairs || shared !== before.losses) store.setState({ repairs, losses: shared })
    return store.getState().document
  }
  /** Applies the input that was kept while a node was deleted, if the node is back. */
  const applyKept = () => {
    if (returned === null) return
    const { commands, refused } = kept.take(returned)
    returned = null
    for (const [key, text] of refused) input.refuse(key, text)
    for (const command of commands) dispatch(command)
  }
  const read = (): WorkflowDocument => {
    refresh()
    applyKept()
    return store.getState().document
  }
  let typing: ReturnType<typeof setTimeout> | null = null
  const finishTyping = () => {
    if (typing === null) return
    clearTimeout(typing)
    typing = null
    refresh()
    report('typing')
    applyKept()
  }
  const refuse = (reason: MessageKey): CommandResult => {
    announce(store, translate()(reason))
    return { ok: false, reason }
  }

  const dispatch = (command: EditorCommand): CommandResult => {
    const state = store.getState()
    if (state.isReadOnly) return refuse('command.readOnly')
    if (state.phase.kind !== 'ready') return refuse('command.notReady')
    const burst = current
    // Text typed before a command is committed first.
    if (burst === null) input.flush()
    finishTyping()
    if (unreadBy !== null) read()
    const plan = planCommand(command, store.getState())
    if ('refused' in plan) return refuse(plan.refused)
    const { operations, message } = plan
    if (operations.length > 0) {
      try {
        captureInBurst(undoManager, burst, () => applyOperationsToDraft(doc, operations, fieldsNow(), origin))
      } catch (error) {
        // Another user was faster: the target of the command no longer exists.
        if (!(error instanceof TenonError) || error.code !== 'OPERATION_INVALID') throw error
        return kept.keepCommand(command) ? { ok: false, reason: 'command.outdated' } : refuse('command.outdated')
      }
      refresh()
    }
    if (plan.select !== undefined) {
      // A new node has to be set up first, whichever tab was used for another one.
      if (ADDING.has(command.type)) store.setState({ tab: 'setup' })
      select(store, plan.select)
      // After the selection: setting it while another node is selected would count as leaving the new node.
      if (CREATING.has(command.type)) store.setState({ freshNodes: new Set(plan.select) })
      if (operations.length > 0) selections.keepAfter()
    }
    if (operations.length > 0) report(command.type, operations)
    applyKept()
    // A screen reader already speaks the typed characters.
    if (message !== null && burst === null) announce(store, translate()(message.key, message.values))
    return { ok: true, operations, selected: plan.select ?? [] }
  }

  const asBurst = (burst: TypingBurst, change: () => void): void => {
    const outer = current
    // The field of the typed text decides where its undo steps end.
    current = outer ?? burst
    try {
      change()
    } finally {
      current = outer
    }
  }

  const flush = (): void => {
    input.flush()
    finishTyping()
  }

  const travel = (direction: 'undo' | 'redo'): void => {
    if (store.getState().isReadOnly) return
    flush()
    if (unreadBy !== null) read()
    undoManager.stopCapturing()
    const item = direction === 'undo' ? undoManager.undo() : undoManager.redo()
    if (item === null) return
    refresh()
    // A selection opens the panel on a phone; it must not cover the outline and its undo button.
    const { isPhone, selectedNodes } = store.getState()
    if (!isPhone || selectedNodes.size > 0) selections.restore(item, direction)
    report(direction)
    applyKept()
    announce(store, translate()(direction === 'undo' ? 'command.undone' : 'command.redone'))
  }

  return {
    store,
    doc,
    translate,
    undoManager,
    dispatch,
    input,
    starts: { triggers: new Map(), drafts: new Map() },
    asBurst,
    flush,
    undo: () => travel('undo'),
    redo: () => travel('redo'),
    clearHistory: () => {
      undoManager.clear()
      store.setState({ canUndo: false, canRedo: false })
    },
    textAt: (nodeId, path) => (path === 'notes' ? notesText(doc, nodeId) : paramText(doc, nodeId, path)) ?? null,
    adopt: (document) => {
      const operations = diffDocuments(readDraft(doc).document, document)
      if (operations.length > 0) applyOperationsToDraft(doc, operations, fieldsNow(), hostOrigin)
      skipTo(refresh())
      applyKept()
    },
    read,
    scopeOf: createScopeReader(store),
    onChange,
    start: () => {
      let reading: ReturnType<typeof setTimeout> | null = null
      // Another user may delete the node whose text is being typed: the panel restores it as it was read last.
      const beforeTransaction = (transaction: Y.Transaction) => {
        if (!transaction.local && hasUnreadTyping) accept(readDraft(doc).document)
      }
      const onTransaction = (transaction: Y.Transaction) => {
        if (transaction.changed.size === 0) return
        const { canUndo, canRedo } = { canUndo: undoManager.canUndo(), canRedo: undoManager.canRedo() }
        const state = store.getState()
        if (state.canUndo !== canUndo || state.canRedo !== canRedo) store.setState({ canUndo, canRedo })
        if (transaction.origin === origin || transaction.origin === hostOrigin) return
        if (!transaction.local) unreadBy ??= state.peers
        reading ??= setTimeout(() => {
          reading = null
          read()
        }, READ_DELAY_MS)
        const isTyping = transaction.local && transaction.origin !== undoManager
        if (!isTyping) return
        hasUnreadTyping = true
        if (typing !== null) clearTimeout(typing)
        typing = setTimeout(finishTyping, TYPING_PAUSE_MS)
      }
      doc.on('beforeTransaction', beforeTransaction)
      doc.on('afterTransactionCleanup', onTransaction)
      const stopWatching = onPageLeave((how) => {
        if (how === 'gone') input.flush()
        else input.flushWhole()
        finishTyping()
      })
      read()
      return () => {
        flush()
        stopWatching()
        doc.off('beforeTransaction', beforeTransaction)
        doc.off('afterTransactionCleanup', onTransaction)
        if (reading !== null) clearTimeout(reading)
      }
    },
  }
}

interface ChangeReporter {
  /** Reports all changes since the last report; `operations` if they are known already. */
  readonly report: (command: DraftChange['command'], operations?: readonly DocumentOperation[]) => void
  /** Marks a document from the listener itself as reported. */
  readonly skipTo: (document: WorkflowDocument) => void
  readonly onChange: (listener: (change: DraftChange) => void) => () => void
}

/** Reports the changes of the user to the host, including typed text as operations. */
function createChangeReporter(store: EditorStore): ChangeReporter {
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
