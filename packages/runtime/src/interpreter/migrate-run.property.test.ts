import { type Fact, foldRunEvents } from '@tenon/core/run'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FindPlan } from './context.ts'
import { createMachine } from './machine.ts'
import type { MachineSnapshot } from './machine-types.ts'
import type { Plan } from './plan.ts'
import { createPlanIndex } from './plan-index.ts'
import { restep } from './restep.ts'
import { loopedPlan } from './testing/arbitrary-loops.ts'
import { anyPlan } from './testing/arbitrary-plan.ts'
import { arbitraryOptions, MOST_FACTS, parameters, TERMINAL } from './testing/arbitrary-play.ts'
import { arbitraryTape } from './testing/arbitrary-tape.ts'
import { editedPlan, undoable } from './testing/edited-plan.ts'
import { nextFact, type PlayOptions } from './testing/random-play.ts'
import { type SimulatedRun, simulateRun } from './testing/simulated-run.ts'
import { tapeOf } from './testing/tape.ts'

interface Versions {
  readonly plans: readonly [Plan, ...Plan[]]
  readonly findPlan: FindPlan
  planOf(planHash: string): Plan
}

/** Generates a plan with two edited versions of it. */
const arbitraryVersions: fc.Arbitrary<Versions> = fc
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
function playVersions(
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

function migrateFact({ machine }: SimulatedRun, plans: readonly Plan[], to: number): Fact {
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

const arbitraryRun = [arbitraryVersions, arbitraryTape, arbitraryOptions] as const

test('a run that moves between versions ends once, runs no pass twice, and its view agrees with it', () => {
  let moved = 0
  fc.assert(
    fc.property(...arbitraryRun, (versions, values, options) => {
      const { log, machine } = playVersions(versions, values, options, (run) => {
        expect(foldRunEvents(run.log).status).toBe(run.machine.status)
      })
      expect(log.filter(({ type }) => TERMINAL.includes(type))).toHaveLength(1)
      expect(machine.openNodeRuns()).toEqual([])
      const passes = log.flatMap((event) =>
        event.type === 'node_scheduled' ? [`${event.nodeRunId}/${event.data.pass}`] : [],
      )
      expect(new Set(passes).size).toBe(passes.length)
      const { migrations } = foldRunEvents(log)
      expect(migrations.map(({ outcome }) => outcome)).not.toContain(null)
      moved += migrations.filter(({ outcome }) => outcome === 'moved').length
    }),
    parameters(150),
  )
  expect(moved).toBeGreaterThan(40)
})

test('a run that moves between versions repeats its decisions, from the start and from a snapshot of any turn', () => {
  fc.assert(
    fc.property(...arbitraryRun, fc.nat(), (versions, values, options, pick) => {
      const { plans, findPlan, planOf } = versions
      const snapshots: { readonly text: string; readonly plan: Plan }[] = []
      const run = playVersions(versions, values, options, ({ machine }) =>
        snapshots.push({ text: JSON.stringify(machine.snapshot()), plan: planOf(machine.planHash) }),
      )
      expect(restep(run.log, plans)).toEqual({ same: true, turns: run.machine.turn })
      const { text = '', plan = plans[0] } = snapshots[pick % snapshots.length] ?? {}
      const restored = createMachine(plan, JSON.parse(text) as MachineSnapshot, undefined, findPlan)
      const { turn } = restored
      const facts = run.log.filter((event) => event.class === 'fact' && event.turn > turn)
      for (const fact of facts) restored.apply(fact as Parameters<typeof restored.apply>[0])
      expect(restored.snapshot()).toEqual(run.machine.snapshot())
    }),
    parameters(80),
  )
})

test('a move to another version is undone by a rollback', () => {
  fc.assert(
    fc.property(...arbitraryRun, (versions, values, options) => {
      playVersions(versions, values, options, (run) => {
        const { machine } = run
        const before = machine.snapshot()
        machine.mark()
        machine.apply({ ...migrateFact(run, versions.plans, 1), at: 1 })
        machine.rollback()
        expect(machine.snapshot()).toEqual(before)
      })
    }),
    parameters(30),
  )
})
