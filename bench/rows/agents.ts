import { embeddedEngine } from '@tenon/runtime'
import { beatAgent, beatChain } from '../lib/beat-node.ts'
import { type EngineRig, type FinishedRun, msPerNode, openEngineRig } from '../lib/engine-rig.ts'
import { missingPostgres, openBenchPostgres } from '../lib/postgres.ts'
import type { OpenRow, Row } from '../lib/row.ts'

const ROUNDS = 20
/** A run has one round with each number, so several runs give a figure. */
const RUNS = 10
const CHAIN = 200

/**
 * From the call of one tool's body to that of the next one's: the result of the tool, the next request of the agent and
 * its answer, and the start of the next call, stored. Model and tool answer at once. The floor is a durable node of a
 * chain. A round is two of them at least, one for the agent and one for the tool.
 */
export const agentRound: Row = {
  ...rowOf((rig) => ({
    measure: async () => mean(await runsOf(rig), (run) => msPerNode(run, 1, ROUNDS)),
    floor: async () => mean(await rig.run(beatChain(CHAIN)), (run) => msPerNode(run, 1, CHAIN)),
  })),
  id: 'agent-round',
  title: 'A round of an agent with one tool call on Postgres, over a durable node',
  must: 1.5,
}

/** Growth of the cost of a round with the length of the conversation: round 20 over round 2, of the same runs. */
export const agentGrowth: Row = {
  ...rowOf((rig) => ({
    measureBoth: async () => {
      const runs = await runsOf(rig)
      return {
        value: mean(runs, (run) => msPerNode(run, ROUNDS - 1, ROUNDS)),
        baseline: mean(runs, (run) => msPerNode(run, 1, 2)),
      }
    },
  })),
  id: 'agent-growth',
  title: 'Round 20 of an agent on Postgres, over its round 2',
  must: 1.3,
}

type Sides = Pick<Extract<OpenRow, { measure: unknown }>, 'measure' | 'floor'>
type Whole = Pick<Extract<OpenRow, { measureBoth: unknown }>, 'measureBoth'>

function rowOf(sidesOf: (rig: EngineRig) => Sides | Whole) {
  return {
    unit: 'ms',
    better: 'lower',
    rounds: 9,
    warmUps: 10,
    missing: missingPostgres,
    open: async (): Promise<OpenRow> => {
      const postgres = await openBenchPostgres()
      const rig = await openEngineRig(postgres.database, embeddedEngine())
      return {
        ...sidesOf(rig),
        close: async () => {
          await rig.close()
          await postgres.close()
        },
      }
    },
  } as const
}

/** Runs the agent so many times, one run after the other. */
async function runsOf(rig: EngineRig): Promise<readonly FinishedRun[]> {
  const document = beatAgent(ROUNDS)
  const runs: FinishedRun[] = []
  for (let index = 0; index < RUNS; index += 1) runs.push(...(await rig.run(document)))
  return runs
}

function mean(runs: readonly FinishedRun[], msOf: (run: FinishedRun) => number): number {
  return runs.reduce((sum, run) => sum + msOf(run), 0) / runs.length
}
