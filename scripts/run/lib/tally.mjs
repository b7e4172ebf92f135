import { existsSync, readFileSync } from 'node:fs'

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {Map<string, number>} byEngine how many tests ran on which engine and store
 */

/**
 * Counts what Vitest's JSON report says; the engine of a contract test stands in the title of its suite.
 *
 * @param {string} file
 * @returns {Tally}
 */
export function tallyVitest(file) {
  const tally = emptyTally()
  if (!existsSync(file)) return tally
  const report = JSON.parse(readFileSync(file, 'utf8'))
  for (const suite of report.testResults) {
    for (const test of suite.assertionResults) {
      count(tally, test.status === 'passed' ? 'passed' : test.status === 'failed' ? 'failed' : 'skipped')
      const engine = test.ancestorTitles
        .map((/** @type {string} */ title) => engineOf(title))
        .find((/** @type {string | null} */ name) => name !== null)
      if (engine) tally.byEngine.set(engine, (tally.byEngine.get(engine) ?? 0) + 1)
    }
    if (suite.status === 'failed' && suite.assertionResults.length === 0) tally.failed += 1
  }
  return tally
}

/**
 * Counts what Playwright's JSON report says; its projects are the engines.
 *
 * @param {string} file
 * @returns {Tally}
 */
export function tallyPlaywright(file) {
  const tally = emptyTally()
  if (!existsSync(file)) return tally
  const report = JSON.parse(readFileSync(file, 'utf8'))
  /** @param {{ suites?: unknown[], specs?: { tests: { status: string, projectName: string }[] }[] }} suite */
  const walk = (suite) => {
    for (const inner of suite.suites ?? []) walk(/** @type {typeof suite} */ (inner))
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        count(tally, test.status === 'expected' ? 'passed' : test.status === 'skipped' ? 'skipped' : 'failed')
        const engine = `browser, ${test.projectName}`
        tally.byEngine.set(engine, (tally.byEngine.get(engine) ?? 0) + 1)
      }
    }
  }
  for (const suite of report.suites ?? []) walk(suite)
  return tally
}

/** @param {readonly Tally[]} tallies */
export function addTallies(tallies) {
  const sum = emptyTally()
  for (const tally of tallies) {
    sum.passed += tally.passed
    sum.failed += tally.failed
    sum.skipped += tally.skipped
    for (const [engine, tests] of tally.byEngine) sum.byEngine.set(engine, (sum.byEngine.get(engine) ?? 0) + tests)
  }
  return sum
}

/** @returns {Tally} */
function emptyTally() {
  return { passed: 0, failed: 0, skipped: 0, byEngine: new Map() }
}

/** @param {Tally} tally @param {'passed' | 'failed' | 'skipped'} outcome */
function count(tally, outcome) {
  tally[outcome] += 1
}

/** @param {string} title */
function engineOf(title) {
  return /^Engine contract: (.+)$/.exec(title)?.[1] ?? null
}
