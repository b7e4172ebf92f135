import { emptyRunView, foldRunEvents, isNodeRunOpen } from '@tenon/core/run'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyPure } from './apply-pure.ts'
import { createMachine } from './machine.ts'
import type { MachineSnapshot } from './machine-types.ts'
import type { Plan } from './plan.ts'
import { restep } from './restep.ts'
import { anyPlan, arbitraryPlan } from './testing/arbitrary-plan.ts'
import { arbitraryOptions, MOST_FACTS, parameters, play, TERMINAL } from './testing/arbitrary-play.ts'
import { arbitraryTape } from './testing/arbitrary-tape.ts'
import { observe } from './testing/expected-turn.ts'
import { createOracle } from './testing/oracle.ts'
import { nextFact } from './testing/random-play.ts'
import { type SimulatedRun, simulateRun } from './testing/simulated-run.ts'
import { tapeOf } from './testing/tape.ts'

/** Live by definition: the trigger, and what a live edge leads to; an edge is live if its port was taken. */
function liveNodes(plan: Plan, portOf: (id: string) => string | null): Set<string> {
  const isLive = (index: number): boolean => {
    const node = plan.nodes[index]
    if (node?.id === 'n0') return true
    return plan.edges.some(({ source, sourceHandle, target }) => {
      const from = plan.nodes[source]
      if (target !== index || from === undefined || !isLive(source)) return false
      const port = portOf(from.id)
      return port === '*' ? sourceHandle !== 'error' : sourceHandle === port
    })
  }
  return new Set(plan.nodes.flatMap(({ id }, index) => (isLive(index) ? [id] : [])))
}

describe('the machine on random graphs, outcomes and orders', () => {
  test('decides as the oracle does, turn by turn', () => {
    fc.assert(
      fc.property(anyPlan, arbitraryTape, arbitraryOptions, (plan, values, options) => {
        const oracle = createOracle(plan)
        const run = simulateRun(plan)
        const tape = tapeOf(values)
        for (let count = 0; count < MOST_FACTS; count += 1) {
          const fact = nextFact(plan, run.machine, tape, options)
          if (fact === null) break
          expect(observe(run.apply(fact))).toEqual(oracle.apply(fact))
          expect(
            run.machine
              .openNodeRuns()
              .map(({ nodeRunId }) => nodeRunId)
              .sort(),
          ).toEqual(oracle.openIds())
        }
        expect(oracle.isOver()).toBe(true)
      }),
      parameters(300),
    )
  })

  test('every run ends exactly once and nothing comes after its end', () => {
    fc.assert(
      fc.property(anyPlan, arbitraryTape, arbitraryOptions, (plan, values, options) => {
        const { log, machine } = play(plan, values, options)
        expect(log.filter(({ type }) => TERMINAL.includes(type))).toHaveLength(1)
        expect(TERMINAL).toContain(log.at(-1)?.type)
        expect(['completed', 'failed', 'canceled']).toContain(machine.status)
      }),
      parameters(200),
    )
  })

  test('every pass of a node runs once, and a completed run finishes every node in exactly one way', () => {
    fc.assert(
      fc.property(anyPlan, arbitraryTape, (plan, values) => {
        const { log, machine } = play(plan, values)
        const passes = log.flatMap((event) =>
          event.type === 'node_scheduled' ? [`${event.nodeRunId}/${event.data.pass}`] : [],
        )
        expect(new Set(passes).size).toBe(passes.length)
        if (machine.status !== 'completed') return
        const skipped = log.flatMap((event) =>
          event.type === 'nodes_skipped' && event.data.reason !== 'skip_if' ? event.data.nodeRunIds : [],
        )
        const failed = log.flatMap((event) => (event.type === 'join_unsatisfied' ? [event.nodeRunId] : []))
        const ran = passes.filter((pass) => pass.endsWith('/1')).map((pass) => pass.slice(0, -2))
        expect([...skipped, ...failed, ...ran].sort()).toEqual(plan.nodes.map(({ id }) => id).sort())
      }),
      parameters(200),
    )
  })

  test('without races, what is live depends on the ports alone, not on the order', () => {
    fc.assert(
      fc.property(arbitraryPlan({ racing: false, failing: false }), arbitraryTape, (plan, values) => {
        const { log, machine } = play(plan, values)
        if (machine.status !== 'completed') return
        const ports = new Map<string, string | null>()
        const passedOver = new Set<string>()
        for (const event of log) {
          if (event.type === 'node_completed' || event.type === 'failure_handled') {
            ports.set(event.nodeRunId, event.data.port)
          }
          if (event.type === 'nodes_skipped' && event.data.reason !== 'dead_path') {
            for (const id of event.data.nodeRunIds) {
              passedOver.add(id)
              ports.set(id, plan.nodes.find((node) => node.id === id)?.ports[0] ?? null)
            }
          }
        }
        const scheduled = log.flatMap((event) => (event.type === 'node_scheduled' ? [event.nodeRunId] : []))
        expect(new Set([...scheduled, ...passedOver])).toEqual(liveNodes(plan, (id) => ports.get(id) ?? null))
      }),
      parameters(200),
    )
  })

  test('a fact that is repeated, at any time, gives no decisions and changes nothing', () => {
    fc.assert(
      fc.property(anyPlan, arbitraryTape, arbitraryOptions, (plan, values, options) => {
        const again = tapeOf(values)
        play(plan, values, options, ({ log, machine }) => {
          const facts = log.filter((event) => event.class === 'fact')
          const fact = facts[again.next(facts.length)]
          if (fact === undefined || fact.class !== 'fact' || fact.type === 'cancel_requested') return
          const before = machine.snapshot()
          expect(machine.apply(fact as Parameters<typeof machine.apply>[0])).toEqual([])
          expect(machine.snapshot()).toEqual(before)
        })
      }),
      parameters(150),
    )
  })

  test('a machine from a snapshot behaves like the one that continued', () => {
    fc.assert(
      fc.property(anyPlan, arbitraryTape, arbitraryOptions, fc.nat(30), (plan, values, options, at) => {
        const { log } = play(plan, values, options)
        const facts = log.flatMap((event) => (event.class === 'fact' ? [event] : []))
        let machine = createMachine(plan)
        const decisions = facts.map((fact, index) => {
          if (index === at % facts.length) {
            const stored = JSON.parse(JSON.stringify(machine.snapshot())) as MachineSnapshot
            machine = createMachine(plan, stored)
            expect(machine.snapshot()).toEqual(stored)
          }
          return machine.apply(fact as Parameters<typeof machine.apply>[0])
        })
        const recorded = log.filter((event) => event.class === 'decision')
        expect(decisions.flat().map(({ type, data }) => ({ type, data }))).toEqual(
          recorded.map(({ type, data }) => ({ type, data })),
        )
      }),
      parameters(150),
    )
  })

  test('what is rolled back has never been applied', () => {
    fc.assert(
      fc.property(anyPlan, arbitraryTape, arbitraryTape, arbitraryOptions, (plan, values, other, options) => {
        const aside = tapeOf(other)
        const disturbed = play(plan, values, options, ({ machine }) => {
          const before = machine.snapshot()
          machine.mark()
          for (let facts = aside.next(4); facts > 0; facts -= 1) {
            const fact = nextFact(plan, machine, aside, options)
            if (fact !== null) machine.apply({ ...fact, at: 77 })
          }
          machine.rollback()
          expect(machine.snapshot()).toEqual(before)
        })
        expect(disturbed.log).toEqual(play(plan, values, options).log)
      }),
      parameters(150),
    )
  })

  test('a data view after a rollback is that of a machine that never went there', () => {
    fc.assert(
      fc.property(anyPlan, arbitraryTape, arbitraryTape, (plan, values, other) => {
        const aside = tapeOf(other)
        const { machine, log } = play(plan, values, {}, (run) => {
          run.machine.mark()
          const fact = nextFact(plan, run.machine, aside)
          if (fact !== null) run.machine.apply({ ...fact, at: 77 })
          run.machine.rollback()
        })
        const fresh = createMachine(plan)
        for (const event of log) if (event.class === 'fact') fresh.apply(event as Parameters<typeof fresh.apply>[0])
        for (const { id } of plan.nodes) {
          for (const key of ['k0', 'k1', 'k2', 'k3', 'none']) {
            const owner = machine.outputs.inputView(id).ownerOf(key)
            expect(owner).toEqual(fresh.outputs.inputView(id).ownerOf(key))
            const carriers = machine.outputs
              .inputView(id)
              .owners()
              .filter(({ output }) => output.keys?.includes(key))
            expect(owner).toEqual(carriers.at(-1) ?? null)
          }
        }
      }),
      parameters(100),
    )
  })

  test('what a node may read never changes after it was scheduled', () => {
    fc.assert(
      fc.property(anyPlan, arbitraryTape, (plan, values) => {
        const seen = new Map<string, unknown>()
        const read = ({ machine }: SimulatedRun, id: string) => {
          const view = machine.outputs.inputView(id)
          return { owners: view.owners(), error: view.error(), all: plan.nodes.map((node) => view.outputOf(node.id)) }
        }
        const run = play(plan, values, {}, (going) => {
          for (const { nodeRunId } of going.machine.openNodeRuns()) {
            const now = read(going, nodeRunId)
            expect(now).toEqual(seen.get(nodeRunId) ?? now)
            seen.set(nodeRunId, now)
          }
        })
        for (const [id, then] of seen) expect(read(run, id)).toEqual(then)
      }),
      parameters(100),
    )
  })

  test('the same facts give the same log, by the pure form too', () => {
    fc.assert(
      fc.property(arbitraryPlan({ maxNodes: 15 }), arbitraryTape, arbitraryOptions, (plan, values, options) => {
        const { log, machine } = play(plan, values, options)
        expect(restep(log, plan)).toEqual({ same: true, turns: machine.turn })
        let state: MachineSnapshot | null = null
        for (const event of log) {
          if (event.class !== 'fact') continue
          const next: ReturnType<typeof applyPure> = applyPure(
            plan,
            state,
            event as Parameters<typeof machine.apply>[0],
          )
          state = next.state
        }
        expect(state).toEqual(machine.snapshot())
      }),
      parameters(100),
    )
  })

  test('folding the log gives a view that agrees with the machine at every turn', () => {
    fc.assert(
      fc.property(anyPlan, arbitraryTape, arbitraryOptions, (plan, values, options) => {
        let view = emptyRunView()
        const { machine } = play(plan, values, options, (run) => {
          view = foldRunEvents(run.log.slice(view.seq), view)
          expect(view.status).toBe(run.machine.status)
          const open = [...view.nodeRuns.values()].filter(isNodeRunOpen)
          expect(open.map(({ nodeRunId }) => nodeRunId).sort()).toEqual(
            run.machine
              .openNodeRuns()
              .map(({ nodeRunId }) => nodeRunId)
              .sort(),
          )
        })
        expect(view.finishedAt).not.toBeNull()
        expect(machine.openNodeRuns()).toEqual([])
        for (const { status, attempts } of view.nodeRuns.values()) {
          expect(['success', 'failed', 'skipped', 'canceled']).toContain(status)
          expect(attempts.filter(({ endedAt }) => endedAt === null)).toEqual([])
        }
        for (const { closed } of view.approvals.values()) expect(closed).not.toBeNull()
      }),
      parameters(150),
    )
  })
})
