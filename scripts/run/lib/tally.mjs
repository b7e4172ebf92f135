import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {readonly string[]} failed by name, each with the first line of what it said
 * @property {readonly string[]} skipped by name: each is reported
 * @property {ReadonlyMap<string, number>} ranOn what tests ran on → how many of them ran
 */

const NOTHING = 'no engine and no browser: units, properties, routes on PGlite, gates'

/** Names of what a test runs on, by the title of its suite or by its file. */
const GROUNDS = [
  { title: /^Engine contract: (.+)$/, name: 'engine contract: $1' },
  { title: /^.* on (PGlite|Postgres)$/, name: 'store, commit and dispatch on $1' },
  { file: /^packages\/editor\/test\/browser\//, name: "Chromium: the editor's own pages" },
  { file: /^packages\/runtime\/test\/chaos\//, name: 'attacks on worker processes, Postgres and connections' },
  { file: /^packages\/runtime\/test\/temporal\//, name: 'Temporal: histories of shells' },
  { file: /^packages\/server\/.*postgres.*\.test\.ts$/, name: 'server on Postgres' },
]

/**
 * Counts what Vitest's JSON report says.
 *
 * @param {string} file
 * @param {string} root
 * @returns {Tally}
 */
export function tallyVitest(file, root) {
  const counter = createCounter()
  for (const suite of read(file)?.testResults ?? []) {
    const path = relative(root, suite.name).replaceAll('\\', '/')
    for (const test of suite.assertionResults) {
      const name = `${path} > ${[...test.ancestorTitles, test.title].join(' > ')}`
      // A file that finds no Temporal says so in a test of that name, which passes outside of CI.
      const isSkipped = !['passed', 'failed'].includes(test.status) || /is missing: nothing .* tested/.test(test.title)
      const said = test.failureMessages?.[0]
      counter.count(isSkipped ? 'skipped' : test.status, name, groundOf(path, test.ancestorTitles), said)
    }
    // It broke before its first test.
    if (suite.status === 'failed' && suite.assertionResults.length === 0)
      counter.count('failed', path, NOTHING, suite.message)
  }
  return counter.tally()
}

/**
 * Counts what Playwright's JSON report says; its projects are the engines of the demo host.
 *
 * @param {string} file
 * @returns {Tally}
 */
export function tallyPlaywright(file) {
  const counter = createCounter()
  /** @param {any} suite @param {readonly string[]} titles */
  const walk = (suite, titles) => {
    for (const inner of suite.suites ?? []) walk(inner, [...titles, inner.title])
    for (const spec of suite.specs ?? []) {
      for (const { status, projectName, results } of spec.tests) {
        const outcome = status === 'expected' ? 'passed' : status === 'skipped' ? 'skipped' : 'failed'
        const name = ['e2e', projectName, ...titles, spec.title].join(' > ')
        const said = results?.find((/** @type {any} */ result) => result.error !== undefined)?.error.message
        counter.count(outcome, name, `Chromium: the demo host, engine ${projectName}`, said)
      }
    }
  }
  walk(read(file) ?? {}, [])
  return counter.tally()
}

/**
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export function addTallies(tallies) {
  /** @type {Map<string, number>} */
  const ranOn = new Map()
  for (const tally of tallies) {
    for (const [ground, tests] of tally.ranOn) ranOn.set(ground, (ranOn.get(ground) ?? 0) + tests)
  }
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.flatMap(({ failed }) => failed),
    skipped: tallies.flatMap(({ skipped }) => skipped),
    ranOn,
  }
}

function createCounter() {
  let passed = 0
  /** @type {string[]} */
  const failed = []
  /** @type {string[]} */
  const skipped = []
  /** @type {Map<string, number>} */
  const ranOn = new Map()
  return {
    /**
     * @param {'passed' | 'failed' | 'skipped'} outcome
     * @param {string} name
     * @param {string} ground
     * @param {string} [said] why it failed
     */
    count(outcome, name, ground, said = '') {
      if (outcome === 'skipped') {
        skipped.push(name)
        return
      }
      if (outcome === 'passed') passed += 1
      else failed.push(said === '' ? name : `${name}: ${firstLine(said)}`)
      ranOn.set(ground, (ranOn.get(ground) ?? 0) + 1)
    },
    /** @returns {Tally} */
    tally: () => ({ passed, failed, skipped, ranOn }),
  }
}

/** @param {string} text */
function firstLine(text) {
  return stripVTControlCharacters(text).split('\n', 1)[0]
}

/** @param {string} path @param {readonly string[]} titles */
function groundOf(path, titles) {
  for (const { title, file, name } of GROUNDS) {
    if (file?.test(path)) return name
    const found = title && titles.find((text) => title.test(text))
    if (title && found) return found.replace(title, name)
  }
  return NOTHING
}

/** @param {string} file */
function read(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}
