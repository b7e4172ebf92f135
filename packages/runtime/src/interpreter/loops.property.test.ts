import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import { restep } from './restep.ts'
import { loopedPlan } from './testing/arbitrary-loops.ts'
import { arbitraryOptions, parameters, play, TERMINAL } from './testing/arbitrary-play.ts'
import { arbitraryTape } from './testing/arbitrary-tape.ts'
import { nextFact } from './testing/random-play.ts'
import { tapeOf } from './testing/tape.ts'

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1
  return counts
}

describe('the machine on random graphs with loops', () => {
  test('ends every run once, with all that it began', () => {
    fc.assert(
      fc.property(loopedPlan, arbitraryTape, arbitraryOptions, (plan, values, options) => {
        const { log, machine } = play(plan, values, options)
        expect(log.filter(({ type }) => TERMINAL.includes(type))).toHaveLength(1)
        expect(TERMINAL).toContain(log.at(-1)?.type)
        const iterations = (type: string) =>
          countBy(
            log.filter((event) => event.type === type),
            (event) => `${'nodeRunId' in event && event.nodeRunId}[${'index' in event.data && event.data.index}]`,
          )
        expect(iterations('iteration_ended')).toEqual(iterations('iteration_started'))
        expect(Object.values(iterations('iteration_started')).every((count) => count === 1)).toBe(true)
        const passes = countBy(
          log.filter((event) => event.type === 'node_scheduled'),
          (event) => (event.type === 'node_scheduled' ? `${event.nodeRunId}/${event.data.pass}` : ''),
        )
        expect(Object.values(passes).every((count) => count === 1)).toBe(true)
        expect(machine.openNodeRuns()).toEqual([])
        const { frames } = machine.snapshot().state as { readonly frames: readonly unknown[] }
        expect(frames).toHaveLength(1)
      }),
      parameters(200),
    )
  })

  test('finds each open node run by its id, and no other', () => {
    fc.assert(
      fc.property(loopedPlan, arbitraryTape, arbitraryOptions, (plan, values, options) => {
        const seen = new Set<string>()
        play(plan, values, options, ({ machine }) => {
          const open = new Map(machine.openNodeRuns().map((each) => [each.nodeRunId, each]))
          for (const nodeRunId of open.keys()) seen.add(nodeRunId)
          for (const nodeRunId of seen) expect(machine.openNodeRun(nodeRunId)).toEqual(open.get(nodeRunId) ?? null)
        })
      }),
      parameters(50),
    )
  })

  test('repeats its decisions, from the start and from a snapshot of any turn', () => {
    fc.assert(
      fc.property(loopedPlan, arbitraryTape, arbitraryOptions, fc.nat(), (plan, values, options, pick) => {
        const snapshots: string[] = []
        const run = play(plan, values, options, ({ machine }) => snapshots.push(JSON.stringify(machine.snapshot())))
        expect(restep(run.log, plan)).toEqual({ same: true, turns: run.machine.turn })
        const restored = createMachine(plan, JSON.parse(snapshots[pick % snapshots.length] ?? ''))
        const { turn } = restored
        const facts = run.log.filter((event) => event.class === 'fact' && event.turn > turn)
        for (const fact of facts) restored.apply(fact as Parameters<typeof restored.apply>[0])
        expect(restored.snapshot()).toEqual(run.machine.snapshot())
      }),
      parameters(150),
    )
  })

  test('is as before after a rollback, at any turn', () => {
    fc.assert(
      fc.property(loopedPlan, arbitraryTape, arbitraryOptions, (plan, values, options) => {
        const ahead = tapeOf(values.map((value) => value + 1))
        play(plan, values, options, ({ machine }) => {
          const before = machine.snapshot()
          machine.mark()
          for (let count = 0; count < 3; count += 1) {
            const fact = nextFact(plan, machine, ahead, options)
            if (fact !== null) machine.apply({ ...fact, at: 1 })
          }
          machine.rollback()
          expect(machine.snapshot()).toEqual(before)
        })
      }),
      parameters(60),
    )
  })
})
