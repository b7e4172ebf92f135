import type { NodeId } from '@tenon/core/document'
import type { EditorCommand } from '../commands/command.ts'
import type { DeletedNode } from '../store/deleted-node.ts'
import type { EditorStore } from '../store/editor-store.ts'
import type { RefusedInput } from './pending-input.ts'

type RefusedEntry = readonly [key: string, input: RefusedInput]

interface Kept {
  readonly commands: EditorCommand[]
  readonly refused: RefusedEntry[]
}

/** Input for the node that another user has deleted while its form was open; it is applied if the node is restored. */
export interface KeptInput {
  /** Keeps a command if it is for the deleted node. Returns `true` if it is kept. */
  readonly keepCommand: (command: EditorCommand) => boolean
  /** Keeps the refused texts of the deleted node; ignores others. */
  readonly keepRefused: (entries: readonly RefusedEntry[]) => void
  /** Removes and returns the input that was kept for a deleted node. */
  readonly take: (deleted: DeletedNode) => Readonly<Kept>
}

/** Creates an empty store of kept input for one session. */
export function createKeptInput(store: EditorStore): KeptInput {
  const keptFor = new WeakMap<DeletedNode, Kept>()
  const current = () => {
    const { deletedNode: deleted } = store.getState()
    if (deleted === null) return null
    const kept = keptFor.get(deleted) ?? { commands: [], refused: [] }
    keptFor.set(deleted, kept)
    return { id: deleted.node.id, ...kept }
  }
  return {
    keepCommand: (command) => {
      const deleted = current()
      if (deleted === null || !isFor(command, deleted.id)) return false
      deleted.commands.push(command)
      return true
    },
    keepRefused: (entries) => {
      const deleted = current()
      if (deleted === null) return
      deleted.refused.push(...entries.filter(([, { nodeId }]) => nodeId === deleted.id))
    },
    take: (deleted) => {
      const kept = keptFor.get(deleted) ?? { commands: [], refused: [] }
      keptFor.delete(deleted)
      return kept
    },
  }
}

/** Checks whether a command changes this node and no other. */
function isFor(command: EditorCommand, nodeId: NodeId): boolean {
  if (command.type === 'set-fields') return command.nodeIds.every((each) => each === nodeId)
  return 'nodeId' in command && command.nodeId === nodeId
}
