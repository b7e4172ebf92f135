import type { NodeRunId, WaitId } from '../ids.ts'
import { calledNodeRunIdOf, callOriginOf } from './event-ids.ts'
import { type FoldState, patchNodeRun } from './fold-state.ts'
import type { LogEntry } from './frame.ts'
import type { CallsWait } from './waits.ts'

/** Returns the pass that a wait belongs to: `agent/2/0` → 2. */
function passOfWait(waitId: WaitId): number {
  return Number(waitId.split('/').at(-2))
}

/** Applies the suspension of a node run that has called others: each call is a node run from now on. */
export function openCalls(state: FoldState, callerId: NodeRunId, waitId: WaitId, { calls, mode }: CallsWait): void {
  const pass = passOfWait(waitId)
  patchNodeRun(state, callerId, () => ({
    status: 'waiting',
    calls: { pass, mode, count: calls.length, ended: 0, failed: 0, isOpen: true },
  }))
  for (const { callId, title, nodeType, typeVersion } of calls) {
    const call = { callerId, pass, title, nodeType, typeVersion }
    patchNodeRun(state, calledNodeRunIdOf(callerId, pass, callId), () => ({ call }))
  }
}

/** Applies the end of a called node run, also of one that was rejected before it began. */
export function endCall(
  state: FoldState,
  { nodeRunId, at, data: { how, error } }: Extract<LogEntry, { readonly type: 'call_ended' }>,
): void {
  patchNodeRun(state, nodeRunId, (nodeRun) => {
    if (how === 'failed') return { status: 'failed', error, endedAt: nodeRun.endedAt ?? at }
    // A pause has held its start, so that nothing else says that it ended.
    return nodeRun.endedAt === null ? { status: 'canceled', endedAt: at } : {}
  })
  const { callerId } = callOriginOf(nodeRunId) ?? {}
  if (callerId === undefined) return
  patchNodeRun(state, callerId, ({ calls }) =>
    calls === null
      ? {}
      : { calls: { ...calls, ended: calls.ended + 1, failed: calls.failed + (how === 'failed' ? 1 : 0) } },
  )
}

/** Applies the end of a wait for calls. */
export function closeCalls(state: FoldState, nodeRunId: NodeRunId, waitId: WaitId): void {
  const calls = state.nodeRuns.get(nodeRunId)?.calls ?? null
  if (calls === null || !calls.isOpen || calls.pass !== passOfWait(waitId)) return
  patchNodeRun(state, nodeRunId, () => ({ calls: { ...calls, isOpen: false } }))
}
