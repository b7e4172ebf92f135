import { type Fact, foldRunEvents, nodeIdOf, type ReusedOutcome, type RunEvent } from '@tenon/core/run'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMachine } from '../interpreter/machine.ts'
import type { Plan } from '../interpreter/plan.ts'
import { createPlanIndex } from '../interpreter/plan-index.ts'
import { restep } from '../interpreter/restep.ts'
import { loopedPlan } from '../interpreter/testing/arbitrary-loops.ts'
import { anyPlan, arbitraryPlan } from '../interpreter/testing/arbitrary-plan.ts'
import { MOST_FACTS, parameters, play, TERMINAL } from '../interpreter/testing/arbitrary-play.ts'
import { arbitraryTape } from '../interpreter/testing/arbitrary-tape.ts'
import { nextFact, startFact } from '../interpreter/testing/random-play.ts'
import { type SimulatedRun, simulateRun } from '../interpreter/testing/simulated-run.ts'
import { tapeOf } from '../interpreter/testing/tape.ts'
import { createOutcomeCollector, type RecordedOutcomes } from './collect-outcomes.ts'
import { selectOutcomes } from './select-outcomes.ts'

function outcomesOf(plan: Plan, log: readonly RunEvent[]): RecordedOutcomes {
  const collector = createOutcomeCollector(createPlanIndex(plan))
  for (const event of log) collector.add(event)
  return collector.result()
}

/** Selects what a rerun from a node reuses; null for a node from which no rerun is possible. */
function reusedFrom(plan: Plan, { log, machine }: SimulatedRun, pick: number): readonly ReusedOutcome[] | null {
  const recorded = outcomesOf(plan, log)
  const nodes = [...recorded.reached]
  const nodeId = nodes[pick % nodes.length]
  if (nodeId === undefined) return null
  const index = createPlanIndex(plan)
  return selectOutcomes({ ...recorded, status: machine.status, from: { nodeId }, before: index, after: index })
}

function startRerun(plan: Plan, outcomes: readonly ReusedOutcome[]): SimulatedRun {
  const run = simulateRun(plan)
  run.apply(startFact(plan))
  if (outcomes.length > 0) run.apply({ type: 'outcomes_reused', data: { runId: 'earlier', outcomes } })
  return run
}

/** Checks whether a recorded fact is about something that is open in a run. */
function fits({ machine }: SimulatedRun, fact: Fact): boolean {
  if ('nodeRunId' in fact) {
    const open = machine.openNodeRun(fact.nodeRunId)
    return open !== null && open.waitId === null && open.pass === fact.data.pass && canEnd(open.canceling, fact)
  }
  const waitId = fact.type === 'timer_fired' ? fact.data.timerId : 'waitId' in fact.data ? fact.data.waitId : null
  return waitId !== null && machine.openNodeRuns().some((open) => open.waitId === waitId)
}

function canEnd(canceling: boolean, { type }: Fact): boolean {
  return type !== 'node_canceled' || canceling
}

/** Repeats the recorded facts in their order, as far as they are about something that is open. */
function repeatBodies(run: SimulatedRun, log: readonly RunEvent[]): void {
  const facts = log.filter((event) => event.class === 'fact') as unknown as Fact[]
  let hasMore = true
  while (hasMore) {
    hasMore = false
    for (const [index, fact] of facts.entries()) {
      if (!fits(run, fact)) continue
      const { id: _id, seq: _seq, turn: _turn, class: _class, v: _v, at: _at, ...body } = fact as Fact & RunEvent
      run.apply(body as Fact)
      facts.splice(index, 1)
      hasMore = true
      break
    }
  }
}

const plain = (outcomes: RecordedOutcomes['outcomes']) =>
  Object.fromEntries([...outcomes].sort(([a], [b]) => (a < b ? -1 : 1)))

/** In a race, the outcomes depend on which branch is first. */
const calmPlan = arbitraryPlan({ racing: false })

describe('a rerun from any node', () => {
  test('with the same bodies has the same outcomes as the earlier run', () => {
    fc.assert(
      fc.property(calmPlan, arbitraryTape, fc.nat(), (plan, values, pick) => {
        const earlier = play(plan, values)
        const reused = reusedFrom(plan, earlier, pick)
        if (reused === null) return
        const run = startRerun(plan, reused)
        repeatBodies(run, earlier.log)
        const [before, after] = [outcomesOf(plan, earlier.log), outcomesOf(plan, run.log)]
        expect(plain(after.outcomes)).toEqual(plain(before.outcomes))
        const ends = [earlier.log, run.log].map((log) => log.filter(({ type }) => TERMINAL.includes(type)))
        expect(ends[1]?.map(({ type, data }) => ({ type, data }))).toEqual(
          ends[0]?.map(({ type, data }) => ({ type, data })),
        )
      }),
      parameters(150),
    )
  })

  test('runs no node whose outcome it reuses, ends once, and can be replayed', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyPlan, loopedPlan),
        arbitraryTape,
        arbitraryTape,
        fc.nat(),
        (plan, values, others, pick) => {
          const reused = reusedFrom(plan, play(plan, values), pick)
          if (reused === null) return
          const run = startRerun(plan, reused)
          const tape = tapeOf(others)
          for (let count = 0; count < MOST_FACTS; count += 1) {
            const fact = nextFact(plan, run.machine, tape)
            if (fact === null) break
            run.apply(fact)
          }
          const names = new Set(reused.map(({ nodeId }) => nodeId))
          const scheduled = run.log.flatMap((event) => (event.type === 'node_scheduled' ? [event.nodeRunId] : []))
          expect(scheduled.filter((nodeRunId) => names.has(nodeIdOf(nodeRunId)))).toEqual([])
          expect(run.log.filter(({ type }) => TERMINAL.includes(type))).toHaveLength(1)
          expect(restep(run.log, plan)).toEqual({ same: true, turns: run.machine.turn })
          const view = foldRunEvents(run.log)
          expect(view.status).toBe(run.machine.status)
          for (const { nodeId, isReused, startedAt } of view.nodeRuns.values()) {
            expect(isReused && !names.has(nodeId)).toBe(false)
            if (isReused) expect(startedAt).toBeNull()
          }
          const snapshot = run.machine.snapshot()
          expect(createMachine(plan, snapshot).snapshot()).toEqual(snapshot)
        },
      ),
      parameters(100),
    )
  })
})
