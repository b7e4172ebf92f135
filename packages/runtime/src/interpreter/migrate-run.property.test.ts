import { foldRunEvents } from '@tenon/core/run'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMachine } from './machine.ts'
import type { MachineSnapshot } from './machine-types.ts'
import type { Plan } from './plan.ts'
import { restep } from './restep.ts'
import { arbitraryOptions, parameters, TERMINAL } from './testing/arbitrary-play.ts'
import { arbitraryTape } from './testing/arbitrary-tape.ts'
import { arbitraryVersions, migrateFact, playVersions } from './testing/arbitrary-versions.ts'

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
