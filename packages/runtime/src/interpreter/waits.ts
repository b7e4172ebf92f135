import type { Resume, Vote, WaitFor } from '@tenon/core/node'
import { type MachineContext, nodeAt, nodeOf, refuse, type Turn } from './context.ts'
import { close } from './finish-node.ts'
import { entryOf, itemAt } from './lookup.ts'
import { closeNodeRun, scheduleAfterWait } from './open-runs.ts'
import type { OpenWait } from './state.ts'

/** An open wait with its node. */
export interface WaitingNode {
  readonly node: number
  readonly wait: OpenWait
}

const WAIT_ID = /^(.+)\/([1-9][0-9]{0,8})\/0$/

/**
 * Finds the wait of a vote or a timer.
 *
 * @returns `null` if it has ended.
 * @throws {@link TenonError} `FACT_INVALID` if this run never had such a wait.
 */
export function findWait(context: MachineContext, waitId: string): WaitingNode | null {
  const { state } = context
  const [, nodeRunId, pass] = WAIT_ID.exec(waitId) ?? []
  if (nodeRunId === undefined) refuse(`"${waitId}" is not the id of a wait`, { waitId })
  const node = nodeOf(context, nodeRunId)
  if (Number(pass) > itemAt(state.passes, node)) refuse(`The wait "${waitId}" has never been opened`, { waitId })
  const wait = state.open.get(node)?.wait ?? null
  return wait?.waitId === waitId && wait.held === null ? { node, wait } : null
}

/** Opens the wait of a suspended node run: an approval for people, otherwise a plain wait, with its timer. */
export function openWait(context: MachineContext, { direct }: Turn, node: number, waitFor: WaitFor): void {
  const { state, undoLog } = context
  const { id: nodeRunId } = nodeAt(context, node)
  const open = entryOf(state.open, node)
  const waitId = `${nodeRunId}/${open.pass}/0`
  if (open.canceling) {
    direct.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'canceled' } })
    closeNodeRun(context, node)
    close(context, node)
    return
  }
  undoLog.setEntry(state.open, node, { ...open, wait: { waitId, waitFor, votes: [], held: null } })
  undoLog.setField(state, 'waiting', state.waiting + 1)
  direct.push(
    waitFor.kind === 'approval'
      ? { type: 'approval_needed', nodeRunId, data: { waitId, waitFor } }
      : { type: 'wait_opened', nodeRunId, data: { waitId, waitFor } },
  )
  if (waitFor.dueAt === null) return
  const purpose = waitFor.kind === 'approval' ? 'approval' : 'wait'
  direct.push({ type: 'timer_set', nodeRunId, data: { timerId: waitId, purpose, dueAt: waitFor.dueAt } })
}

/** Schedules the pass that follows a wait. While the run is paused, the pass is held. */
function continueAfter(context: MachineContext, turn: Turn, { node, wait }: WaitingNode, resume: Resume): void {
  const { state, undoLog } = context
  if (state.paused) {
    const held = { resume, turn: state.turn }
    undoLog.setEntry(state.open, node, { ...entryOf(state.open, node), wait: { ...wait, held } })
  } else scheduleAfterWait(context, turn, node, resume)
}

/** Applies a vote; the one that reaches `required` for its choice closes the approval, and the node run continues. */
export function castVote(
  context: MachineContext,
  turn: Turn,
  { node, wait }: WaitingNode,
  vote: Vote,
  required: number,
): void {
  const { state, undoLog } = context
  const { waitId, waitFor } = wait
  const votes = [...wait.votes, vote]
  if (votes.filter(({ choice }) => choice === vote.choice).length < required) {
    undoLog.setEntry(state.open, node, { ...entryOf(state.open, node), wait: { ...wait, votes } })
    return
  }
  const nodeRunId = nodeAt(context, node).id
  turn.direct.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'resolved' } })
  if (waitFor.dueAt !== null) turn.direct.push({ type: 'timer_cleared', data: { timerId: waitId } })
  continueAfter(context, turn, { node, wait }, { kind: 'approval', choice: vote.choice, votes })
}

/** Applies the timer of a wait: a wait for an instant ends, and an approval times out. */
export function fireWaitTimer(context: MachineContext, turn: Turn, { node, wait }: WaitingNode): void {
  const { waitId, waitFor, votes } = wait
  const nodeRunId = nodeAt(context, node).id
  if (waitFor.kind === 'time') {
    turn.direct.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'resolved' } })
    continueAfter(context, turn, { node, wait }, { kind: 'time', firedAt: turn.at })
    return
  }
  turn.direct.push({ type: 'wait_closed', nodeRunId, data: { waitId, how: 'timeout' } })
  continueAfter(context, turn, { node, wait }, { kind: 'timeout', firedAt: turn.at, votes })
}
