import type { Json } from '@tenon/core/document'
import { type Decision, makeValueRef, type RunFailure, type ValueRef } from '@tenon/core/run'
import { endCall } from './calls.ts'
import { type FrameContext, nodeAt, nodeRunIdAt } from './context.ts'
import { beginEnding } from './ending.ts'
import { close, ERROR_PORT, finishLive, finishSkipped } from './finish-node.ts'
import { closeNodeRun } from './open-runs.ts'
import { parkNode } from './park-node.ts'
import type { Turn } from './turn.ts'

const MAX_CODE_LENGTH = 200
const MAX_MESSAGE_LENGTH = 2_000

function wellFormed(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/\p{Surrogate}/gu, '\uFFFD')
}

function inlineRefOf(value: Json): ValueRef | undefined {
  try {
    const ref = makeValueRef(value)
    return ref.inline === undefined ? undefined : ref
  } catch {
    return undefined
  }
}

/**
 * Returns the output of an `error` port. It always fits into the decision itself, since the machine has no payload
 * store: larger details are omitted.
 */
export function failureOutput({ code, message, details = null }: RunFailure): ValueRef {
  const short = {
    code: wellFormed(code, MAX_CODE_LENGTH),
    message: wellFormed(message, MAX_MESSAGE_LENGTH),
    details: null,
  }
  return inlineRefOf({ ...short, details }) ?? makeValueRef(short)
}

/** Applies the policy of a node whose last attempt has failed. */
export function handleFailure(
  context: FrameContext,
  turn: Turn,
  out: Decision[],
  node: number,
  error: RunFailure,
): void {
  const { onError, hasErrorEdge } = nodeAt(context, node)
  if (onError === 'park') {
    parkNode(context, out, node, turn.at, error)
    return
  }
  if (context.state.open.has(node)) closeNodeRun(context, node)
  if (onError === 'continue') continueSkipped(context, turn, out, node)
  else if (onError === 'route' && hasErrorEdge) continueByErrorPort(context, turn, out, { node, error })
  else failFrame(context, turn, node, error)
}

/** Ends a failed node like a skipped one. */
export function continueSkipped(context: FrameContext, turn: Turn, out: Decision[], node: number): void {
  const { port, output } = finishSkipped(context, turn, node, { clean: false })
  out.push({ type: 'failure_handled', nodeRunId: nodeRunIdAt(context, node), data: { how: 'continue', port, output } })
}

/** Ends a failed node by its port `error`. */
export function continueByErrorPort(
  context: FrameContext,
  turn: Turn,
  out: Decision[],
  { node, error }: { readonly node: number; readonly error: RunFailure },
): void {
  const routed = { port: ERROR_PORT, output: failureOutput(error) }
  finishLive(context, turn, node, routed, { clean: false })
  out.push({ type: 'failure_handled', nodeRunId: nodeRunIdAt(context, node), data: { how: 'route', ...routed } })
}

/**
 * Fails the run, or the iteration, because of a failed node; never because of one that undoes another one. A failed call
 * is a result for its caller.
 */
export function failFrame(context: FrameContext, turn: Turn, node: number, error: RunFailure): void {
  const nodeRunId = nodeRunIdAt(context, node)
  close(context, node)
  if (context.calls !== null) {
    endCall(context, turn, node, { how: 'failed', error })
    return
  }
  beginEnding(context, turn, { kind: 'failed', error: { nodeId: nodeAt(context, node).id, ...error }, nodeRunId })
}
