import type { NodeManifest } from '@tenon/core/node'
import type { Fact } from '@tenon/core/run'
import { expect, test } from 'vitest'
import { compile } from '../../src/interpreter/compile.ts'
import type { Plan } from '../../src/interpreter/plan.ts'
import { restep } from '../../src/interpreter/restep.ts'
import { MOST_FACTS, parameters, TERMINAL } from '../../src/interpreter/testing/arbitrary-play.ts'
import { nextFact } from '../../src/interpreter/testing/random-play.ts'
import { type SimulatedRun, simulateRun } from '../../src/interpreter/testing/simulated-run.ts'
import { seededRandom } from '../chaos/seeded-random.ts'
import { undoFaults } from '../undo-faults.ts'
import { randomWorkflow } from './random-workflow.ts'
import { createSimulatedNodes } from './simulated-nodes.ts'

const { manifest } = createSimulatedNodes(() => {
  throw new Error('No body runs')
})

/** Ends a step that no person may fail or route in a way that is allowed. */
function allowed(fact: Fact): Fact {
  if (fact.type !== 'parked_resolved') return fact
  const { waitId, resolution } = fact.data
  const isStep = waitId.startsWith('undo_')
  return isStep && (resolution.kind === 'fail' || resolution.kind === 'route')
    ? { ...fact, data: { ...fact.data, resolution: { kind: 'skip' } } }
    : fact
}

/** Plays a run of a random workflow to its end, which is often a failure or a cancelation. */
function playSaga(
  seed: number,
  { nodes }: Pick<NodeManifest, 'nodes'>,
): { readonly plan: Plan; readonly run: SimulatedRun } {
  const random = seededRandom(seed)
  const pick = (choices: number): number => Math.floor(random() * choices)
  const plan = compile(randomWorkflow({ pick, mostNodes: 8 + pick(16), undoOneIn: 1, hasAgents: false }), { nodes })
  const run = simulateRun(plan)
  const options = { cancelOneIn: pick(4) * 12, pauseOneIn: pick(2) * 12, deadlineAt: pick(3) === 0 ? 9_000 : null }
  run.start(options.deadlineAt === null ? {} : { deadlineAt: options.deadlineAt })
  for (let count = 0; count < MOST_FACTS; count += 1) {
    const fact = nextFact(plan, run.machine, { next: pick }, options)
    if (fact === null) break
    if (pick(200) === 0) run.apply({ type: 'compensation_skip_requested', data: { actor: null } })
    run.apply(allowed(fact))
  }
  return { plan, run }
}

test('random runs undo what has completed, each once and in reverse', () => {
  const { numRuns } = parameters(500)
  const faults: string[] = []
  let undone = 0
  let skipped = 0
  for (let seed = 1; seed <= numRuns; seed += 1) {
    const { plan, run } = playSaga(seed, manifest)
    const { log } = run
    const found = [...undoFaults(log, plan), ...(restep(log, plan).same ? [] : ['replays to other decisions'])]
    if (!TERMINAL.includes(log.at(-1)?.type ?? '')) found.push(`ends with ${log.at(-1)?.type}`)
    faults.push(...found.map((fault) => `seed ${seed}: ${fault}`))
    undone += log.filter(({ type }) => type === 'node_compensated').length
    skipped += log.filter(({ type }) => type === 'compensation_skip_requested').length
  }
  expect(faults).toEqual([])
  expect(undone).toBeGreaterThan(60)
  expect(skipped).toBeGreaterThan(0)
})
