import type { NodeId } from '@tenon/core/document'
import type * as Y from 'yjs'
import { type EditorStore, select } from '../store/editor-store.ts'

/** Selections around one change, kept with it in the undo stack. */
interface SelectionPair {
  readonly before: ReadonlySet<NodeId>
  after: ReadonlySet<NodeId>
}

export interface UndoSelections {
  /** Stores the current selection as the one after the last change. */
  readonly keepAfter: () => void
  /** Restores the selection from before an undone change, or from after a redone one. */
  readonly restore: (item: NonNullable<Y.UndoManager['currStackItem']>, direction: 'undo' | 'redo') => void
}

const SELECTION = 'selection'

/** Stores selections in the undo stack, so that undo and redo restore them. */
export function keepSelections(undoManager: Y.UndoManager, store: EditorStore): UndoSelections {
  undoManager.on('stack-item-added', ({ stackItem }) => {
    const traveled: SelectionPair | undefined = undoManager.currStackItem?.meta.get(SELECTION)
    const now = store.getState().selectedNodes
    stackItem.meta.set(SELECTION, traveled ?? { before: now, after: now })
  })
  return {
    keepAfter: () => {
      const pair: SelectionPair | undefined = undoManager.undoStack.at(-1)?.meta.get(SELECTION)
      if (pair !== undefined) pair.after = store.getState().selectedNodes
    },
    restore: (item, direction) => {
      const pair: SelectionPair | undefined = item.meta.get(SELECTION)
      if (pair === undefined) return
      const wanted = direction === 'undo' ? pair.before : pair.after
      select(
        store,
        [...wanted].filter((id) => store.getState().nodesById.has(id)),
      )
    },
  }
}
