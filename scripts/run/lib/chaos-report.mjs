import { existsSync, readFileSync } from 'node:fs'

/**
 * @typedef {object} Attack
 * @property {string} attack name of its test
 * @property {number} tookMs
 * @property {string} [note] figures of the attack
 * @property {readonly string[]} faults broken invariants
 * @property {number} completed
 * @property {number} failed
 * @property {number} canceled
 * @property {number} lostAttempts
 * @property {number} repeatedBodies
 */

/**
 * Reads the lines that the attacks have written.
 *
 * @param {string} path
 * @returns {readonly Attack[]}
 */
export function readAttacks(path) {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/**
 * Writes a Markdown table with one row for each attack.
 *
 * @param {readonly Attack[]} attacks
 */
export function tableOfAttacks(attacks) {
  const head = ['attack', 'completed', 'failed', 'canceled', 'attempts lost', 'bodies repeated', 'faults', 'seconds']
  const rows = attacks.map((each) => [
    [each.attack.replace(/^.* > /, ''), each.note ?? ''].filter((text) => text !== '').join(': '),
    ...[each.completed, each.failed, each.canceled, each.lostAttempts, each.repeatedBodies, each.faults.length],
    Math.round(each.tookMs / 1_000),
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
