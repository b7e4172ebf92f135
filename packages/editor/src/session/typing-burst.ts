import type * as Y from 'yjs'

type StackItem = NonNullable<Y.UndoManager['currStackItem']>

/** Changes of one field that are typed without a longer pause; they are undone together. */
export interface TypingBurst {
  /** Undo step of the changes so far; `null` before the first. */
  item: StackItem | null
}

export function createTypingBurst(): TypingBurst {
  return { item: null }
}

/**
 * Runs a change so that it becomes part of the undo step of its burst, while that is still the newest step, and
 * otherwise a step of its own.
 *
 * @param undoManager - Captures without a time limit, until `stopCapturing`.
 */
export function captureInBurst(undoManager: Y.UndoManager, burst: TypingBurst | null, change: () => void): void {
  if (burst !== null && burst.item !== null && undoManager.undoStack.at(-1) === burst.item) {
    undoManager.lastChange = Date.now()
  } else undoManager.stopCapturing()
  try {
    change()
  } finally {
    undoManager.stopCapturing()
  }
  if (burst !== null) burst.item = undoManager.undoStack.at(-1) ?? null
}
