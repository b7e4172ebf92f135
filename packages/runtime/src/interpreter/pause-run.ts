import type { PauseRequest } from '@tenon/core/run'
import type { FrameContext, RunContext } from './context.ts'
import { framesInOrder } from './frames-in-order.ts'
import { isHolding, schedule, scheduleAfterWait } from './open-runs.ts'
import type { NextPass } from './state.ts'
import type { Turns } from './turn.ts'

/**
 * Pauses a run: no node run is scheduled until it is resumed. Bodies in progress continue, their outcomes are applied,
 * and the clocks of timers do not stop.
 *
 * @see docs/adr/0038-a-pause-holds-what-would-start.md
 */
export function pauseRun({ state, undoLog }: RunContext, { decisions }: Turns, request: PauseRequest): void {
  const { requestId, actor } = request
  undoLog.setEntry(state.requests, requestId, state.turn)
  undoLog.setField(state, 'paused', true)
  decisions.push({ type: 'run_paused', data: { actor } })
}

/** Resumes a run: schedules what the pause has held, unless the run is about to move to another version or engine. */
export function resumeRun(run: RunContext, turns: Turns, request: PauseRequest): void {
  const { state, undoLog } = run
  const { requestId, actor } = request
  undoLog.setEntry(state.requests, requestId, state.turn)
  undoLog.setField(state, 'paused', false)
  turns.decisions.push({ type: 'run_resumed', data: { actor } })
  if (!isHolding(run)) releaseHeld(run, turns)
}

/** Schedules what was held, in the order in which it would have been scheduled. */
export function releaseHeld(run: RunContext, turns: Turns): void {
  for (const { context, node, turn: readsTurn, next } of heldPasses(run)) {
    const turn = turns.in(context)
    if (next !== null) scheduleAfterWait(context, turn, node, next)
    else {
      run.undoLog.deleteEntry(context.state.held, node)
      schedule(context, turn.decisions, node, { at: turn.at, resume: null, params: null, readsTurn })
    }
  }
}

interface HeldNode {
  readonly context: FrameContext
  readonly node: number
  /** Turn in which it would have been scheduled. */
  readonly turn: number
  /** Pass after a wait; `null` for a first pass. */
  readonly next: NextPass | null
}

/** Returns what a pause holds, by turn, then by iteration and in document order. */
function heldPasses(run: RunContext): readonly HeldNode[] {
  const passes = framesInOrder(run).flatMap((context) => heldIn(context).sort((a, b) => a.node - b.node))
  return passes.sort((a, b) => a.turn - b.turn)
}

function heldIn(context: FrameContext): HeldNode[] {
  const { open, held } = context.state
  const passes: HeldNode[] = [...held].map(([node, turn]) => ({ context, node, turn, next: null }))
  for (const [node, { wait }] of open) {
    if (wait !== null && wait.held !== null) passes.push({ context, node, turn: wait.held.turn, next: wait.held })
  }
  return passes
}
