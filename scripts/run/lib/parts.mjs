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
  const unit = [
    ...['run', '--coverage', '--reporter=default', '--reporter=json'],
    `--outputFile.json=${join(reports, 'vitest.json')}`,
    // Tests that do not run cover nothing.
    ...(leftOut.length > 0 || temporal === null ? ['--coverage.enabled=false'] : []),
  ]
  const gate = (/** @type {string} */ name) => ({ name, args: [join(root, `scripts/gates/${name}.mjs`)], canRun: true })
  return {
    parts: [
      { name: 'format', args: FORMAT, canRun: true },
      { name: 'lint', args: LINT, canRun: true },
      ...['lockfile', 'layers', 'words', 'css', 'unused', 'typecheck', 'docs'].map(gate),
      {
        name: 'unit',
        args: [bin('vitest/vitest.mjs'), ...unit],
        canRun: true,
        // Not `--exclude`, which Vitest does not hand on to the projects of its settings.
        env: { TENON_TESTS_LEFT_OUT: leftOut.join(',') },
      },
      { name: 'build', args: [join(root, 'scripts/run/build.mjs')], canRun: true },
      ...['packages', 'sizes', 'tarballs', 'hosts', 'storybook'].map(gate),
      {
        name: 'e2e',
        args: [
          ...[bin('@playwright/test/cli.js'), 'test', '--config', join(root, 'e2e/playwright.config.ts')],
          ...(postgres ? [] : ['--grep-invert', 'Postgres']),
        ],
        canRun: chromium !== null,
        env: { PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, 'playwright.json') },
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
