import type { ValueRef } from '@tenon/core/run'
import { bitsDownOf, bitsOf, hasBit } from './bitset.ts'
import { type MachineContext, nodeAt, nodeOf } from './context.ts'
import { ERROR_PORT } from './finish-node.ts'
import { lowerBound } from './key-owners.ts'
import { entryOf, itemAt } from './lookup.ts'

/** An output with the node that it left. */
export interface OwnedOutput {
  /** Node that the output left. */
  readonly nodeId: string
  /** Port that it left by. */
  readonly port: string
  /** Reference to the stored value. */
  readonly output: ValueRef
}

/**
 * What a node run may read, as it was when its first pass was scheduled: the same in every pass and when
 * the log is read again. Only references; the caller loads the values that it needs.
 */
export interface InputView {
  /**
   * The owner of one top-level key of `input`: of the ancestors whose output has the key, the last in document
   * order. `null` if none has it.
   */
  ownerOf(key: string): OwnedOutput | null
  /** The outputs that make up `input` as a whole, in document order: later ones lie over earlier ones. */
  owners(): readonly OwnedOutput[]
  /** `nodes.<id>.output` as far as it was there at that moment; `null` for one that was not. */
  outputOf(nodeId: string): OwnedOutput | null
  /** The `error` of an error branch: the failure of the last ancestor in document order that was routed. */
  error(): OwnedOutput | null
}

/** Reads the data flow of a run; holds nothing itself and follows the machine. */
export interface RunOutputs {
  /** What has left a node so far; `null` before, for an unknown node, and for one that lost or never ran. */
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

    // Down the ancestors and down the owners of the key at the same pace: where one list is long without a
    // hit, as the owners in parallel branches or the ancestors in a long chain, the other one is short.
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
