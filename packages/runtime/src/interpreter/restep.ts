import { type Decision, decisionId, eventClassOf, type Fact, factId, type RunEvent } from '@tenon/core/run'
import type { FindPlan } from './context.ts'
import { createMachine } from './machine.ts'
import type { Machine } from './machine-types.ts'
import type { Plan } from './plan.ts'
import { createPlanIndex } from './plan-index.ts'

/** First difference between a log and the machine, with both texts; `null` if one of them has none. */
export interface RestepMismatch {
  /** False for a mismatch. */
  readonly same: false
  /** `seq` of the fact after which they differ; 0 before the first one. */
  readonly seq: number
  /** First differing decision in the log. */
  readonly recorded: string | null
  /** Decision of the machine instead. */
  readonly repeated: string | null
}

/** Result of repeating a log: the number of `turns` with the same decisions, or the first turn that differs. */
export type RestepResult = { readonly same: true; readonly turns: number } | RestepMismatch

type DecisionEvent = Extract<RunEvent, Decision>
type FactEvent = Extract<RunEvent, Fact>

function isFact(event: RunEvent): event is FactEvent {
  return eventClassOf(event.type) === 'fact'
}

function isDecision(event: RunEvent): event is DecisionEvent {
  return eventClassOf(event.type) === 'decision'
}

interface Stretch {
  /** Fact of the turn; `null` for decisions before the first fact, which logs never have. */
  readonly fact: FactEvent | null
  readonly decisions: DecisionEvent[]
}

/** Splits a log without observations into turns. */
function turnsOf(events: Iterable<RunEvent>): readonly Stretch[] {
  let current: Stretch = { fact: null, decisions: [] }
  const turns = [current]
  for (const event of events) {
    if (isFact(event)) {
      current = { fact: event, decisions: [] }
      turns.push(current)
    } else if (isDecision(event)) current.decisions.push(event)
  }
  return turns
}

interface DecisionKey {
  readonly id: string
  readonly turn: number
  readonly cause: number | undefined
}

function textOf({ id, turn, cause }: DecisionKey, decision: Decision): string {
  const { type, data } = decision
  const nodeRunId = 'nodeRunId' in decision ? decision.nodeRunId : undefined
  return JSON.stringify({ id, turn, cause, type, nodeRunId, data })
}

function compareTurn({ fact, decisions }: Stretch, repeated: readonly Decision[]): RestepMismatch | null {
  for (let index = 0; index < Math.max(decisions.length, repeated.length); index += 1) {
    const there = decisions[index]
    const here = repeated[index]
    const recordedText = there === undefined ? null : textOf({ ...there, cause: there.cause }, there)
    const repeatedText = fact === null || here === undefined ? null : textOf(keyOf(fact, index), here)
    if (recordedText === repeatedText) continue
    return { same: false, seq: fact?.seq ?? 0, recorded: recordedText, repeated: repeatedText }
  }
  return null
}

function keyOf(fact: FactEvent, index: number): DecisionKey {
  return { id: decisionId(factId(fact), index), turn: fact.turn, cause: fact.seq }
}

/** Creates the machine of a run that starts with a plan. */
type CreateMachineFor = (plan: Plan, findPlan: FindPlan) => Pick<Machine, 'apply' | 'mark' | 'turn'>

/**
 * Applies the facts of a recorded run again and compares the decisions with the recorded ones, byte for byte: type,
 * node run, data, id, turn and cause. Used to test that an upgrade of the interpreter breaks no run.
 *
 * @param events - The whole log of a run, ascending by `seq`; observations are ignored.
 * @param plans - The plan with which the run started, and those of the versions to which it has moved.
 * @param createFor - Creates the machine to test. @defaultValue {@link createMachine}
 * @returns The first difference. Each fact must advance the machine by one turn.
 * @throws {@link TenonError} `FACT_INVALID` if a fact is impossible for this plan.
 */
export function restep(
  events: Iterable<RunEvent>,
  plans: Plan | readonly [Plan, ...Plan[]],
  createFor: CreateMachineFor = (plan, findPlan) => createMachine(plan, undefined, undefined, findPlan),
): RestepResult {
  const [first, ...others] = 'planHash' in plans ? [plans] : plans
  const indexes = new Map([first, ...others].map((plan) => [plan.planHash, createPlanIndex(plan)]))
  const machine = createFor(first, (planHash) => indexes.get(planHash))
  for (const turn of turnsOf(events)) {
    const { fact } = turn
    machine.mark()
    const mismatch = compareTurn(turn, fact === null ? [] : machine.apply(fact))
    if (mismatch !== null) return mismatch
    if (fact !== null && machine.turn !== fact.turn) {
      return { same: false, seq: fact.seq, recorded: `turn ${fact.turn}`, repeated: `turn ${machine.turn}` }
    }
  }
  return { same: true, turns: machine.turn }
}
