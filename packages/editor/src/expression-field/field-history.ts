import { history } from '@codemirror/commands'
import { type ChangeSet, type Extension, type Text, Transaction } from '@codemirror/state'
import { EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import type * as Y from 'yjs'
import { continuesWord, createUndoBorders, type TypedEdit } from '../session/undo-borders.ts'
import { TYPING_PAUSE_MS } from '../ui/use-typing-pause.ts'

/** The changes of a transaction as one edit; `null` for changes at several positions. */
function editIn(changes: ChangeSet, doc: Text): TypedEdit | null {
  const edits: TypedEdit[] = []
  changes.iterChanges((from, to, _fromNew, _toNew, inserted) => {
    const removed = doc.sliceString(from, to)
    edits.push({ from, removed, inserted: inserted.toString(), before: doc.sliceString(Math.max(0, from - 2), from) })
  }, true)
  const [edit, ...more] = edits
  return edit === undefined || more.length > 0 ? null : edit
}

/** Ends the undo steps of a shared text at pauses behind words, where the caret was moved, and when the field is left. */
export function sharedHistory(undoManager: Y.UndoManager): Extension {
  const borders = createUndoBorders()
  const end = () => {
    borders.end()
    undoManager.stopCapturing()
  }
  const update = ({ view, changes, startState, transactions, docChanged, focusChanged }: ViewUpdate) => {
    if (focusChanged && !view.hasFocus) end()
    if (!docChanged) return
    const isTyped = transactions.some((transaction) => transaction.annotation(Transaction.userEvent) !== undefined)
    if (!isTyped) return borders.shift((offset) => changes.mapPos(offset, 1))
    const edit = editIn(changes, startState.doc)
    if (edit === null) end()
    // A closing bracket that was added automatically is after the caret.
    else if (borders.begins({ ...edit, caret: view.state.selection.main.head }, Date.now())) undoManager.stopCapturing()
  }
  return ViewPlugin.define(() => ({ update, destroy: end }))
}

/** The history of a text of its own, with the same steps. */
export function plainHistory(): Extension {
  let lastAtMs = 0
  return [
    history({
      newGroupDelay: Number.POSITIVE_INFINITY,
      joinToEvent: (transaction, isAdjacent) => {
        const edit = editIn(transaction.changes, transaction.startState.doc)
        if (!isAdjacent || edit === null) return false
        return continuesWord(edit) || (transaction.annotation(Transaction.time) ?? 0) - lastAtMs <= TYPING_PAUSE_MS
      },
    }),
    EditorView.updateListener.of(({ docChanged }) => {
      if (docChanged) lastAtMs = Date.now()
    }),
  ]
}
