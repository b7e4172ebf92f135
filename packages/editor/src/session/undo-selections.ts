import type { NodeId } from '@tenon/core/document'
import type * as Y from 'yjs'
import { type EditorStore, select } from '../store/editor-store.ts'

/** Selections around one change, kept with it in the undo stack. */
interface SelectionPair {
  readonly before: ReadonlySet<NodeId>
  after: ReadonlySet<NodeId>
}

export interface UndoSelections {
  /** Keeps the selection of now as the one after the last change. */
  readonly keepAfter: () => void
  /** Selects what was selected before a change that was undone, or after one that was done again. */
  readonly restore: (item: NonNullable<Y.UndoManager['currStackItem']>, direction: 'undo' | 'redo') => void
}

const SELECTION = 'selection'

/** Lets the selection travel with undo and redo. */
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
