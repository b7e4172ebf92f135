import type { ValueRef } from '@tenon/core/run'
import { bitsDownOf, bitsOf, hasBit } from './bitset.ts'
import { type MachineContext, nodeAt, nodeOf } from './context.ts'
import { ERROR_PORT } from './finish-node.ts'
import { lowerBound } from './key-owners.ts'
import { entryOf, itemAt } from './lookup.ts'

/** An output with its node and port. */
export interface OwnedOutput {
  /** Node of the output. */
  readonly nodeId: string
  /** Port of the output. */
  readonly port: string
  /** Reference to the stored value. */
  readonly output: ValueRef
}

/**
 * Outputs that a node run can read, as of the moment at which its first pass was scheduled: the same in every pass and
 * on replay. References only; the caller loads the values that it needs.
 */
export interface InputView {
  /**
   * Returns the owner of one top-level key of `input`: the last ancestor in document order whose output has the key;
   * `null` if none has it.
   */
  ownerOf(key: string): OwnedOutput | null
  /** Returns the outputs of which the whole `input` consists, in document order: later ones override earlier ones. */
  owners(): readonly OwnedOutput[]
  /** Returns `nodes.<id>.output` at that moment; `null` if there was none. */
  outputOf(nodeId: string): OwnedOutput | null
  /** Returns the `error` of an error branch: the failure of the last routed ancestor in document order. */
  error(): OwnedOutput | null
}

/** Data flow of a run, derived from the state of the machine. */
export interface RunOutputs {
  /** Returns the output of a node; `null` before it ends, for an unknown node, and for one that lost or never ran. */
  outputOf(nodeId: string): OwnedOutput | null
  /**
   * Collects the outputs that a node run can read as `input`.
   *
   * @throws {@link TenonError} `FACT_INVALID` for a node that the plan does not have.
   */
  inputView(nodeRunId: string): InputView
}

export function createRunOutputs(context: MachineContext): RunOutputs {
  const { state, index, keyOwners, undoLog } = context

  function ownedAt(node: number): OwnedOutput {
    return { nodeId: nodeAt(context, node).id, ...entryOf(state.outputs, node) }
  }

  function outputOf(nodeId: string): OwnedOutput | null {
    const node = index.indexOf(nodeId)
    return node === undefined || !state.outputs.has(node) ? null : ownedAt(node)
  }

  function inputView(nodeRunId: string): InputView {
    const reader = nodeOf(context, nodeRunId)
    const ancestors = index.ancestorsOf(reader)
    const isThere = (node: number): boolean => {
      undoLog.visit()
      return state.outputs.has(node) && itemAt(state.finishedTurns, node) <= itemAt(state.scheduledTurns, reader)
    }
    const carries = (node: number, key: string): boolean => {
      const { port, output } = entryOf(state.outputs, node)
      return port !== ERROR_PORT && (output.keys?.includes(key) ?? false)
    }

    // Searches the ancestors and the owners of the key in parallel: if one list is long without a match, like the
    // owners in parallel branches or the ancestors in a long chain, the other one is short.
    function findOwner(key: string): number | null {
      const owners = keyOwners.ownersOf(key)
      const down = bitsDownOf(ancestors)
      for (let at = lowerBound(owners, reader) - 1; at >= 0; at -= 1) {
        const owner = itemAt(owners, at)
        if (hasBit(ancestors, owner) && isThere(owner)) return owner
        const { value: ancestor, done } = down.next()
        if (done) return null
        if (isThere(ancestor) && carries(ancestor, key)) return ancestor
      }
      return null
    }

    return {
      ownerOf(key) {
        const owner = findOwner(key)
        return owner === null ? null : ownedAt(owner)
      },
      owners: () =>
        [...bitsOf(ancestors)]
          .filter(isThere)
          .map(ownedAt)
          .filter(({ port, output }) => port !== ERROR_PORT && (output.keys?.length ?? 0) > 0),
      outputOf(nodeId) {
        const node = index.indexOf(nodeId)
        return node !== undefined && isThere(node) ? ownedAt(node) : null
      },
      error() {
        for (const node of bitsDownOf(ancestors)) {
          if (isThere(node) && entryOf(state.outputs, node).port === ERROR_PORT) return ownedAt(node)
        }
        return null
      },
    }
  }

  return { outputOf, inputView }
}
