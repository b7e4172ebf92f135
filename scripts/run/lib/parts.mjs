import { join } from 'node:path'
import { testsThatNeed } from './needs.mjs'
import { root } from './paths.mjs'

/**
 * @typedef {object} Machine
 * @property {string | null} chromium
 * @property {string | null} temporal
 * @property {boolean} postgres whether one can be started
 */

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {readonly string[]} args arguments of Node
 * @property {boolean} canRun
 * @property {Record<string, string>} [env]
 * @property {'front' | 'beside' | 'either'} lane the parts of a lane run one after the other, the lanes at the same time;
 * `either` is the one that is free first
 * @property {readonly string[]} [after] parts that have to end first
 */

const bin = (/** @type {string} */ path) => join(root, 'node_modules', path)
const biome = bin('@biomejs/biome/bin/biome')

/** Judges the folder in which it runs, as the formatter does. */
export const LINT = [biome, 'lint', '.', '--error-on-warnings']
export const FORMAT = [biome, 'format', '.']

/**
 * Returns the parts of `npm test` on a machine, in their order, and the missing ones, in words for its last lines.
 *
 * @param {Machine} machine
 * @param {string} reports folder for the reports of the test runners
 * @returns {{ parts: readonly Part[], missing: readonly string[], env: Record<string, string> }}
 */
export function partsOf({ chromium, temporal, postgres }, reports) {
  const needs = testsThatNeed(root)
  const leftOut = [...(chromium === null ? needs.chromium : []), ...(postgres ? [] : needs.postgres)]
  // Tests that do not run cover nothing.
  const hasAll = leftOut.length === 0 && temporal !== null
  const runner = hasAll ? [join(root, 'scripts/run/coverage.mjs')] : [bin('vitest/vitest.mjs'), 'run']
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, 'vitest.json')}`]
  /** @returns {Part} */
  const gate = (/** @type {string} */ name) => ({
    name,
    args: [join(root, `scripts/gates/${name}.mjs`)],
    canRun: true,
    lane: 'beside',
    // Only of gates, which run one after the other: their tests in `unit` pack planted packages.
    env: { TENON_TARBALLS: join(reports, 'tarballs') },
  })
  return {
    parts: [
      { name: 'format', args: FORMAT, canRun: true, lane: 'beside' },
      { name: 'lint', args: LINT, canRun: true, lane: 'beside' },
      ...['lockfile', 'layers', 'words', 'css', 'unused', 'typecheck', 'docs'].map(gate),
      {
        name: 'unit',
        args: [...runner, ...reporters],
        canRun: true,
        // Not `--exclude`, which Vitest does not hand on to the projects of its settings.
        env: { TENON_TESTS_LEFT_OUT: leftOut.join(',') },
        lane: 'front',
      },
      { name: 'build', args: [join(root, 'scripts/run/build.mjs')], canRun: true, lane: 'beside' },
      ...['packages', 'sizes', 'tarballs', 'hosts', 'storybook'].map(gate),
      {
        name: 'e2e',
        args: [
          ...[bin('@playwright/test/cli.js'), 'test', '--config', join(root, 'e2e/playwright.config.ts')],
          // Other parts run meanwhile.
          '--workers=1',
          ...(postgres ? [] : ['--grep-invert', 'Postgres']),
        ],
        canRun: chromium !== null,
        env: { PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, 'playwright.json') },
        lane: 'either',
        after: ['build'],
      },
    ],
    missing: [
      ...(chromium === null ? [`Chromium: ${filesOf(needs.chromium)} and e2e (set CHROMIUM_PATH)`] : []),
      ...(temporal === null ? ['Temporal dev server: nothing on Temporal (put `temporal` on PATH)'] : []),
      ...(postgres
        ? []
        : [`Postgres: ${filesOf(needs.postgres)} (no user \`postgres\`, or no binaries for this platform)`]),
    ],
    env: {
      ...(chromium === null ? {} : { CHROMIUM_PATH: chromium }),
      ...(temporal === null ? {} : { TENON_TEMPORAL_CLI: temporal }),
    },
  }
}

/** @param {readonly string[]} paths */
function filesOf(paths) {
  return `${paths.length} files, ${paths.join(', ')}`
}
