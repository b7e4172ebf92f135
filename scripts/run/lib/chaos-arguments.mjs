import { parseArgs } from 'node:util'

const OPTIONS = /** @type {const} */ ({
  part: { type: 'string' },
  storm: { type: 'boolean' },
  runs: { type: 'string' },
  crashes: { type: 'string' },
  workers: { type: 'string' },
  'lost-answers': { type: 'string' },
  seed: { type: 'string' },
})
/** Test files of each part, by its name; with `test`, the tests of it whose names begin with that. */
const PARTS = /** @type {Readonly<Record<string, { files: readonly string[], test?: string }>>} */ ({
  kills: { files: ['chaos/crashes', 'chaos/claims', 'chaos/bodies'] },
  sagas: { files: ['chaos/figures'], test: 'sagas:' },
  timers: { files: ['chaos/figures'], test: 'timers:' },
  tenants: { files: ['chaos/figures'], test: 'tenants:' },
  races: { files: ['chaos/people'] },
  'crash-points': { files: ['chaos/crash-points'] },
  temporal: { files: ['chaos/temporal'] },
  agents: { files: ['chaos/agents'] },
  storm: { files: ['storm.chaos'] },
})

const USAGE =
  'npm run chaos -- [--part NAME] [--storm [--runs N] [--crashes N] [--workers N] [--lost-answers 0.05] [--seed N]]'

/**
 * @typedef {{ kind: 'refused', reason: string }
 *   | { kind: 'run', files: readonly string[], test?: string, storm: Record<string, number> | null }} ChaosOrder
 */

/**
 * Reads the command line of `npm run chaos`.
 *
 * @param {readonly string[]} args
 * @returns {ChaosOrder}
 */
export function readChaosArguments(args) {
  /** @type {Record<string, string | boolean | undefined>} */
  let values
  try {
    ;({ values } = parseArgs({ args: [...args], options: OPTIONS }))
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
  const { storm: isStorm = false, part, ...given } = values
  const names = Object.keys(given)
  if (part !== undefined) {
    const chosen = Object.hasOwn(PARTS, String(part)) ? PARTS[String(part)] : undefined
    if (chosen === undefined) return refuse(`--part must be one of ${Object.keys(PARTS).join(', ')} (got "${part}")`)
    return isStorm || names.length > 0 ? refuse('--part has no other options') : { kind: 'run', ...chosen, storm: null }
  }
  if (!isStorm) {
    return names.length === 0 ? { kind: 'run', files: ['chaos'], storm: null } : refuse(`--${names[0]} needs --storm`)
  }
  /** @type {Record<string, number>} */
  const storm = {}
  for (const [name, text] of Object.entries(given)) {
    const number = Number(text)
    const isShare = name === 'lost-answers'
    const isValid = isShare ? number >= 0 && number < 1 : Number.isSafeInteger(number) && number >= minimumOf(name)
    if (!isValid) {
      return refuse(`--${name} must be ${isShare ? 'from 0 to below 1' : 'a whole number'} (got "${text}")`)
    }
    storm[isShare ? 'lostAnswers' : name] = number
  }
  return { kind: 'run', files: ['storm.chaos'], storm }
}

/** @param {string} name */
function minimumOf(name) {
  return name === 'runs' || name === 'workers' ? 1 : 0
}

/**
 * @param {string} problem
 * @returns {ChaosOrder}
 */
function refuse(problem) {
  return { kind: 'refused', reason: `${problem}\nUsage: ${USAGE}` }
}
