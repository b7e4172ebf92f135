import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { foldRunEvents, isNodeRunOpen, type RunEvent } from '@tenon/core/run'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FindPlan } from '../src/interpreter/context.ts'
import { createMachine, type Plan, restep } from '../src/interpreter/index.ts'
import { openInParts, plainView, spread, storedView } from '../src/interpreter/testing/view-in-parts.ts'
import { RECORDED_RUNS } from './recorded-runs/index.ts'
import { recordRealRuns } from './recorded-runs/real-runs.ts'
import type { RecordedRun } from './recorded-runs/record-run.ts'

const FOLDER = join(import.meta.dirname, 'logs')
const TERMINAL = ['run_completed', 'run_error', 'run_canceled']

function read(name: string): RecordedRun {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as RecordedRun
}

/** Returns the plans of a run: that with which it has started, and those of the versions to which it was to move. */
function plansOf({ plan, later = [] }: RecordedRun): readonly [Plan, ...Plan[]] {
  return [plan, ...later]
}

/** One line an event, so that a difference can be read. */
function textOf({ plan, later, events }: RecordedRun): string {
  const lines = events.map((event) => `    ${JSON.stringify(event)}`)
  const others = later === undefined ? '' : `  "later": ${JSON.stringify(later)},\n`
  return `{\n  "plan": ${JSON.stringify(plan)},\n${others}  "events": [\n${lines.join(',\n')}\n  ]\n}\n`
}

beforeAll(async () => {
  // A new kind of run is recorded once, on purpose. What is there already is never written again: a log
  // represents runs that began under an older interpreter.
  if (process.env.TENON_RECORD_LOGS !== '1') return
  const write = (name: string, record: () => RecordedRun): void => {
    const file = join(FOLDER, `${name}.json`)
    if (!existsSync(file)) writeFileSync(file, textOf(record()))
  }
  for (const [name, record] of Object.entries(RECORDED_RUNS)) write(name, record)
  for (const [name, run] of await recordRealRuns()) write(name, () => run)
}, 300_000)

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
/** Logs for what costs much for each event: those of the machine, and some of the others. */
const someFiles = files.filter((name, index) => !name.startsWith('real-') || index % 8 === 0)

describe('stored run logs', () => {
  test('are there for every kind of run', () => {
    const names = files.map((name) => name.replace('.json', ''))
    expect(names).toEqual(expect.arrayContaining(Object.keys(RECORDED_RUNS)))
    // Of runs of an engine: with observations, values, and ids and times of their own.
    expect(names.filter((name) => name.startsWith('real-')).length).toBeGreaterThanOrEqual(60)
  })

  test('hold every decision that the machine can make', () => {
    const events = files.flatMap((name) => read(name).events)
    const types = new Set(events.flatMap(({ class: kind, type }) => (kind === 'observation' ? [] : [type])))
    expect([...types].sort()).toEqual([
      'approval_decided',
      'approval_needed',
      'call_ended',
      'cancel_requested',
      'child_cancel_requested',
      'child_finished',
      'child_requested',
      'compensation_ended',
      'compensation_skip_requested',
      'compensation_started',
      'engine_change_refused',
      'engine_change_requested',
      'engine_changed',
      'event_received',
      'failure_handled',
      'iteration_ended',
      'iteration_started',
      'join_fired',
      'join_unsatisfied',
      'join_waiting',
      'migrate_requested',
      'migration_refused',
      'migration_withdrawn',
      'node_cancel_requested',
      'node_canceled',
      'node_compensated',
      'node_completed',
      'node_dropped',
      'node_failed',
      'node_parked',
      'node_reused',
      'node_scheduled',
      'node_skipped',
      'node_suspended',
      'nodes_skipped',
      'outcomes_reused',
      'parked_resolved',
      'pause_requested',
      'resume_requested',
      'run_canceled',
      'run_completed',
      'run_error',
      'run_migrated',
      'run_paused',
      'run_resumed',
      'run_started',
      'timer_cleared',
      'timer_fired',
      'timer_set',
      'wait_closed',
      'wait_opened',
    ])
  })

  test.each(files)('%s is what today’s machine decides, byte for byte', (name) => {
    const recorded = read(name)
    const { events } = recorded
    expect(restep(events, plansOf(recorded))).toEqual({ same: true, turns: events.at(-1)?.turn })
  })

  test.each(files)('%s ends once and folds to a run in which nothing is open', (name) => {
    const { events } = read(name)
    expect(events.filter(({ type }) => TERMINAL.includes(type))).toHaveLength(1)
    expect(TERMINAL).toContain(events.at(-1)?.type)
    const { nodeRuns, status } = foldRunEvents(events)
    expect([...nodeRuns.values()].filter(isNodeRunOpen)).toEqual([])
    expect(['completed', 'failed', 'canceled']).toContain(status)
  })

  test.each(someFiles)('%s gives the same view in parts, from any event on, and the parts have no values', (name) => {
    const log = spread(read(name).events)
    const { length } = log
    const whole = plainView(foldRunEvents(log))
    for (let cut = 1; cut <= length; cut += 3) {
      const partsAt = Math.min(length, cut + (cut % 7) * 4)
      const shownAt = Math.min(length, cut + (cut % 5) * 4)
      const { early, late } = openInParts(log, { cut, partsAt, shownAt, batch: 1 + (cut % 9) })
      expect(plainView(late), `from the event ${cut} on`).toEqual(whole)
      expect(early.status).toBe(foldRunEvents(log.slice(0, shownAt)).status)
    }
    expect(JSON.stringify([...storedView(log, length, 5).parts])).not.toContain('"inline":')
  })
})

/** Edits of one decision that leave a log which could be one. */
const EDITS: readonly [title: string, edit: (event: RunEvent) => RunEvent | null][] = [
  ['taken out', () => null],
  ['moved to another turn', (event) => ({ ...event, turn: event.turn + 1 })],
  ['given another cause', (event) => ({ ...event, cause: (event.cause ?? 0) + 1 })],
  ['given another id', (event) => ({ ...event, id: `${event.id}0` })],
  ['given a further field', (event) => Object.assign({}, event, { data: Object.assign({}, event.data, { extra: 1 }) })],
]

describe('a planted edit of a log is caught', () => {
  test.each(EDITS)('where any one decision is %s', (_, edit) => {
    let edits = 0
    for (const name of someFiles) {
      const recorded = read(name)
      const { events } = recorded
      for (const [position, event] of events.entries()) {
        if (event.class !== 'decision') continue
        const edited = events.flatMap((each, index) => (index === position ? (edit(event) ?? []) : [each]))
        expect(restep(edited, plansOf(recorded)).same).toBe(false)
        edits += 1
      }
    }
    expect(edits).toBeGreaterThan(200)
  })
})

/** The machine with one change that an engineer might make in good faith. */
function plantedIn(change: (plan: Plan) => Plan) {
  return (plan: Plan, findPlan: FindPlan) => createMachine(change(plan), undefined, undefined, findPlan)
}

const PLANTED: readonly [title: string, change: (plan: Plan) => Plan][] = [
  ['fires every join with its first arrival', (plan) => withNodes(plan, () => ({ join: 'any' }))],
  ['waits for every branch in every join', (plan) => withNodes(plan, () => ({ join: 'all' }))],
  ['fails where it should route or go on', (plan) => withNodes(plan, () => ({ onError: 'fail' }))],
  ['starts disabled nodes', (plan) => withNodes(plan, () => ({ disabled: false }))],
  ['dispatches what runs inline', (plan) => withNodes(plan, () => ({ mode: 'dispatch' }))],
  ['takes no end for one', (plan) => withNodes(plan, (node) => (node.control === 'end' ? { control: null } : {}))],
]

function withNodes(plan: Plan, change: (node: Plan['nodes'][number]) => Partial<Plan['nodes'][number]>): Plan {
  return { ...plan, nodes: plan.nodes.map((node) => ({ ...node, ...change(node) })) }
}

describe('a planted edit of the machine is caught', () => {
  test.each(PLANTED)('where it %s', (_, change) => {
    const caught = files.filter((name) => {
      const recorded = read(name)
      try {
        return !restep(recorded.events, plansOf(recorded), plantedIn(change)).same
      } catch {
        // A fact that cannot happen any more is as good a sign.
        return true
      }
    })
    expect(caught.length).toBeGreaterThan(0)
  })

  test('where it says the same in another order', () => {
    const { plan, events } = read('race-any.json')
    const result = restep(events, plan, (given) => {
      const machine = createMachine(given)
      return {
        mark: () => machine.mark(),
        get turn() {
          return machine.turn
        },
        apply: (fact) => [...machine.apply(fact)].reverse(),
      }
    })
    expect(result).toMatchObject({ same: false, recorded: expect.any(String), repeated: expect.any(String) })
  })
})
