import { parseArgs } from 'node:util'

const OPTIONS = /** @type {const} */ ({ seeds: { type: 'string' }, from: { type: 'string' } })
const USAGE = 'npm run simulate -- [--seeds N] [--from SEED]'
const USUAL_SEEDS = 100_000

/**
 * @typedef {{ kind: 'refused', reason: string }
 *   | { kind: 'run', shares: readonly { from: number, seeds: number }[] }} SimulationOrder
 */

/**
 * Reads the command line of `npm run simulate`, and divides the seeds among processes.
 *
 * @param {readonly string[]} args
 * @param {number} processes
 * @returns {SimulationOrder}
 */
export function readSimulation(args, processes) {
  /** @type {{ seeds?: string, from?: string }} */
  let given
  try {
    given = parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
  const { seeds: seedsText = String(USUAL_SEEDS), from: fromText = '1' } = given
  const [seeds, from] = [Number(seedsText), Number(fromText)]
  if (!Number.isSafeInteger(seeds) || seeds < 1)
    return refuse(`--seeds must be a whole number ≥ 1 (got "${seedsText}")`)
  if (!Number.isSafeInteger(from) || from < 0) return refuse(`--from must be a whole number ≥ 0 (got "${fromText}")`)
  const share = Math.ceil(seeds / processes)
  const shares = Array.from({ length: Math.ceil(seeds / share) }, (_, index) => ({
    from: from + index * share,
    seeds: Math.min(share, seeds - index * share),
  }))
  return { kind: 'run', shares }
}

/**
 * @param {string} problem
 * @returns {SimulationOrder}
 */
function refuse(problem) {
  return { kind: 'refused', reason: `${problem}\nUsage: ${USAGE}` }
}
