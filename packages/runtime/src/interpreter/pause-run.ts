import type { Resume } from '@tenon/core/node'
import type { PauseRequest } from '@tenon/core/run'
import type { MachineContext, Turn } from './context.ts'
import { schedule, scheduleAfterWait } from './open-runs.ts'

/**
 * Pauses a run: no node run is scheduled until it is resumed. Bodies in progress continue, their outcomes are applied,
 * and the clocks of timers do not stop.
 *
 * @see docs/adr/0038-a-pause-holds-what-would-start.md
 */
export function pauseRun({ state, undoLog }: MachineContext, { direct }: Turn, request: PauseRequest): void {
  const { requestId, actor } = request
  undoLog.setEntry(state.requests, requestId, state.turn)
  undoLog.setField(state, 'paused', true)
  direct.push({ type: 'run_paused', data: { actor } })
}

/** Resumes a run: schedules what the pause has held, in the order in which it would have been scheduled. */
export function resumeRun(context: MachineContext, turn: Turn, request: PauseRequest): void {
  const { state, undoLog } = context
  const { requestId, actor } = request
  undoLog.setEntry(state.requests, requestId, state.turn)
  undoLog.setField(state, 'paused', false)
  turn.direct.push({ type: 'run_resumed', data: { actor } })
  for (const { node, turn: readsTurn, resume } of heldPasses(context)) {
    if (resume !== null) scheduleAfterWait(context, turn, node, resume)
    else {
      undoLog.deleteEntry(state.held, node)
      schedule(context, turn.direct, node, { at: turn.at, resume: null, readsTurn })
    }
  }
}

interface HeldNode {
  readonly node: number
  /** Turn in which it would have been scheduled. */
  readonly turn: number
  readonly resume: Resume | null
}

/** Returns what a pause holds, by turn and then in document order. */
function heldPasses({ state }: MachineContext): readonly HeldNode[] {
  const passes: HeldNode[] = [...state.held].map(([node, turn]) => ({ node, turn, resume: null }))
  for (const [node, { wait }] of state.open) {
    if (wait !== null && wait.held !== null) passes.push({ node, ...wait.held })
  }
  return passes.sort((a, b) => a.turn - b.turn || a.node - b.node)
}
