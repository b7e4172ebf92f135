import type { NodeId } from '@tenon/core/document'
import type { FieldAddress } from '../store/editor-state.ts'
import { type EditorStore, showInput } from '../store/editor-store.ts'

/** A field whose text the draft cannot take, such as a name that another field has. */
export interface RefusedInput extends FieldAddress {
  /** Label of the field. */
  readonly label: string
  readonly text: string
}

/** Input that is typed and not yet part of the draft. */
export interface PendingInput {
  /**
   * Registers a field with typed text. Returns a function that releases it.
   *
   * @param isWhole - The text so far can be committed; half of a name would be another name. @defaultValue true
   */
  readonly hold: (flush: () => void, isWhole?: boolean) => () => void
  /** Commits every registered field at once. */
  readonly flush: () => void
  /** Commits the fields whose text so far can be committed. */
  readonly flushWhole: () => void
  /** Keeps a text that cannot be stored, so that the field shows it again later. */
  readonly refuse: (key: string, input: RefusedInput) => void
  /** Removes the refused text of a field. */
  readonly accept: (key: string) => void
  readonly refusedText: (key: string) => string | null
  /** Changes the keys of refused texts; a text whose new key is `null` is removed. */
  readonly rekey: (next: (key: string) => string | null) => void
  /** Removes the refused texts of nodes that no longer exist, and returns them by their keys. */
  readonly prune: (hasNode: (nodeId: NodeId) => boolean) => readonly (readonly [key: string, input: RefusedInput])[]
}

/** Tracks input between the keyboard and the draft, and shows in the store that there is some. */
export function createPendingInput(store: EditorStore): PendingInput {
  /** Registered fields by their flush; true for those that can be committed at any time. */
  const held = new Map<() => void, boolean>()
  const refused = new Map<string, RefusedInput>()
  const show = () => showInput(store, { isTyping: held.size > 0, refused: [...refused.values()] })
  return {
    hold: (flush, isWhole = true) => {
      held.set(flush, isWhole)
      show()
      return () => {
        if (held.delete(flush)) show()
      }
    },
    flush: () => {
      for (const [flush] of [...held]) flush()
    },
    flushWhole: () => {
      for (const [flush, isWhole] of [...held]) if (isWhole) flush()
    },
    refuse: (key, input) => {
      refused.set(key, input)
      show()
    },
    accept: (key) => {
      if (refused.delete(key)) show()
    },
    refusedText: (key) => refused.get(key)?.text ?? null,
    rekey: (next) => {
      const entries = [...refused]
      const changed = entries.map(([key, input]) => [next(key), input] as const)
      if (changed.every(([key], index) => key === entries[index]?.[0])) return
      refused.clear()
      for (const [key, input] of changed) if (key !== null) refused.set(key, input)
      show()
    },
    prune: (hasNode) => {
      const gone = [...refused].filter(([, { nodeId }]) => nodeId !== null && !hasNode(nodeId))
      for (const [key] of gone) refused.delete(key)
      if (gone.length > 0) show()
      return gone
    },
  }
}
