import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { PlantedFault } from './planted-stores.ts'

/** Seeds that a process simulates, one after the other. */
export interface SimulationOrder {
  readonly from: number
  readonly seeds: number
  /** Fault of the store; the process ends at the first seed that finds it. */
  readonly planted?: PlantedFault
}

/** Results of the seeds of a process. */
export interface SimulationReport {
  /** Seeds that were simulated. */
  readonly seeds: number
  /** One line for each broken invariant, with its seed. */
  readonly faults: readonly string[]
  /** Things that have happened. */
  readonly steps: number
  readonly runs: number
  readonly events: number
  readonly kills: number
  /** Number of events by their types. */
  readonly types: Readonly<Record<string, number>>
  /** Number of processes that have died at a moment, as `before` or `after` with its label. */
  readonly crashes: Readonly<Record<string, number>>
  /** Hash of all logs. */
  readonly logs: string
}

const MOST_OUTPUT_BYTES = 64_000_000
const run = promisify(execFile)

/**
 * Simulates seeds in a process of its own, from the bundle of `fixtures/simulate-process.ts`: there, nothing counts which
 * lines run, which would take most of the time.
 */
export async function simulateSeeds(script: string, order: SimulationOrder): Promise<SimulationReport> {
  const { stdout } = await run(process.execPath, [script, JSON.stringify(order)], { maxBuffer: MOST_OUTPUT_BYTES })
  return JSON.parse(stdout) as SimulationReport
}
