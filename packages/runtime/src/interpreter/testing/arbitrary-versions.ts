import type { Fact } from '@tenon/core/run'
import fc from 'fast-check'
import type { FindPlan } from '../context.ts'
import { createMachine } from '../machine.ts'
import type { Plan } from '../plan.ts'
import { createPlanIndex } from '../plan-index.ts'
import { loopedPlan } from './arbitrary-loops.ts'
import { anyPlan } from './arbitrary-plan.ts'
import { MOST_FACTS } from './arbitrary-play.ts'
import { arbitraryTape } from './arbitrary-tape.ts'
import { editedPlan, undoable } from './edited-plan.ts'
import { nextFact, type PlayOptions } from './random-play.ts'
import { type SimulatedRun, simulateRun } from './simulated-run.ts'
import { tapeOf } from './tape.ts'

/** A plan and edited versions of it. */
export interface Versions {
  readonly plans: readonly [Plan, ...Plan[]]
  readonly findPlan: FindPlan
  planOf(planHash: string): Plan
}

/** Generates a plan with two edited versions of it. */
export const arbitraryVersions: fc.Arbitrary<Versions> = fc
  .tuple(fc.oneof(anyPlan, loopedPlan), arbitraryTape, arbitraryTape, fc.boolean())
  .map(([plan, first, second, undoes]) => {
    const edited = editedPlan(plan, first)
    const made = [plan, edited, editedPlan(edited, second, 'y')] as const
    const plans = undoes ? ([undoable(made[0]), undoable(made[1]), undoable(made[2])] as const) : made
    const indexes = new Map(plans.map((each) => [each.planHash, createPlanIndex(each)]))
    const findPlan: FindPlan = (planHash) => indexes.get(planHash)
    return { plans: [...plans], findPlan, planOf: (planHash) => (findPlan(planHash)?.plan ?? plan) as Plan }
  })

/** Plays a run to its end; it is asked to move to another version, or back, again and again. */
export function playVersions(
  { plans, findPlan, planOf }: Versions,
  values: readonly number[],
  options: PlayOptions,
  onTurn?: (run: SimulatedRun) => void,
): SimulatedRun {
  const [first] = plans
  const run = simulateRun(first, createMachine(first, undefined, undefined, findPlan))
  const tape = tapeOf(values)
  for (let count = 0; count < MOST_FACTS; count += 1) {
    const { machine } = run
    const fact = nextFact(planOf(machine.planHash), machine, tape, options)
    if (fact === null) break
    const isWithdrawn = machine.migration !== null && tape.next(6) === 0
    if (isWithdrawn) run.apply(withdrawal(run))
    else run.apply(count > 0 && tape.next(4) === 0 ? migrateFact(run, plans, tape.next(plans.length)) : fact)
    onTurn?.(run)
  }
  return run
}

/** Requests a move to one of the versions. */
export function migrateFact({ machine }: SimulatedRun, plans: readonly Plan[], to: number): Fact {
  const from = `${1 + plans.findIndex(({ planHash }) => planHash === machine.planHash)}`
  const { planHash = '' } = plans[to] ?? {}
  return {
    type: 'migrate_requested',
    data: { requestId: `m${machine.turn}`, actor: null, from, version: `${to + 1}`, planHash },
  }
}

/** Withdraws the request of a run that is about to move. */
function withdrawal({ machine }: SimulatedRun): Fact {
  return { type: 'migration_withdrawn', data: { requestId: machine.migration?.requestId ?? '', actor: null } }
}
