import type { Json } from '@tenon/core/document'
import { type Decision, makeValueRef, type RunFailure, type ValueRef } from '@tenon/core/run'
import { type FrameContext, nodeAt, nodeRunIdAt } from './context.ts'
import { beginEnding } from './ending.ts'
import { close, ERROR_PORT, finishLive, finishSkipped } from './finish-node.ts'
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
  const { id, onError, hasErrorEdge } = nodeAt(context, node)
  const nodeRunId = nodeRunIdAt(context, node)
  if (onError === 'continue') {
    const { port, output } = finishSkipped(context, turn, node, { clean: false })
    out.push({ type: 'failure_handled', nodeRunId, data: { how: 'continue', port, output } })
    return
  }
  if (onError === 'route' && hasErrorEdge) {
    const output = failureOutput(error)
    finishLive(context, turn, node, { port: ERROR_PORT, output }, { clean: false })
    out.push({ type: 'failure_handled', nodeRunId, data: { how: 'route', port: ERROR_PORT, output } })
    return
  }
  close(context, node)
  beginEnding(context, turn, { kind: 'failed', error: { nodeId: id, ...error }, nodeRunId })
}
