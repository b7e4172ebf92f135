import type { Fact } from '@tenon/core/run'
import { type MachineContext, nodeAt, nodeOf, refuse, type Turn } from './context.ts'
import { DEADLINE_TIMER } from './ending.ts'
import { rulesFor, start } from './propagate.ts'
import { settleDead } from './settle.ts'

type StartData = Extract<Fact, { type: 'run_started' }>['data']

/** Checks that a run of this plan can begin so. */
export function checkStart(context: MachineContext, { planHash, semantics, trigger }: StartData): number {
  const { plan } = context
  if (planHash !== plan.planHash) refuse('The run was started with another plan', { planHash, expected: plan.planHash })
  rulesFor(semantics)
  const node = nodeOf(context, trigger)
  if (nodeAt(context, node).control !== 'trigger') refuse(`The node "${trigger}" is no trigger`, { trigger })
  return node
}

/** Starts the trigger; every other node without incoming edges is dead, with all that only it leads to. */
export function startRun(context: MachineContext, turn: Turn, trigger: number, data: StartData): void {
  const { state, journal, index } = context
  journal.setField(state, 'semantics', data.semantics)
  if (data.deadlineAt !== null) {
    journal.setField(state, 'deadline', true)
    const timer = { timerId: DEADLINE_TIMER, purpose: 'deadline', dueAt: data.deadlineAt } as const
    turn.direct.push({ type: 'timer_set', data: timer })
  }
  for (const node of index.roots()) {
    if (node === trigger) continue
    turn.skipped.dead_path.push(node)
    settleDead(context, turn, node)
  }
  start(context, turn, trigger)
}
