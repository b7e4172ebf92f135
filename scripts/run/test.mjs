// `npm test`: everything, from the formatter to the browser. `npm test -- --only unit,e2e` runs the named parts.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './lib/chromium.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { root } from './lib/paths.mjs'
import { canStartPostgres } from './lib/postgres.mjs'
import { run } from './lib/process.mjs'
import { addTallies, tallyPlaywright, tallyVitest } from './lib/tally.mjs'
import { findTemporal } from './lib/temporal.mjs'

const started = Date.now()
const onlyAt = process.argv.indexOf('--only')
const only = onlyAt === -1 ? null : new Set((process.argv[onlyAt + 1] ?? '').split(','))

await ensureInstalled()
const chromium = await findChromium()
const temporal = await findTemporal()
const postgres = await canStartPostgres()

/** What this machine could not get, said in the last lines. */
const missing = [
  chromium === null ? 'Chromium: no browser test ran (set CHROMIUM_PATH)' : null,
  temporal === null ? 'Temporal dev server: no test ran on Temporal (put `temporal` on PATH)' : null,
  postgres ? null : 'Postgres: no test ran on Postgres (user `postgres` or the platform package is missing)',
].filter((line) => line !== null)

const reports = join(root, 'node_modules/.cache/tenon-reports')
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

const env = {
  ...(chromium === null ? {} : { CHROMIUM_PATH: chromium }),
  ...(temporal === null ? {} : { TENON_TEMPORAL_CLI: temporal }),
  TENON_TEST_POSTGRES: postgres ? '1' : '0',
}
const bin = (/** @type {string} */ path) => join(root, 'node_modules', path)
const gate = (/** @type {string} */ name) => [join(root, 'scripts/gates', name)]

/** @type {readonly { name: string, args: readonly string[], needs?: boolean, env?: Record<string, string> }[]} */
const parts = [
  { name: 'format', args: [bin('@biomejs/biome/bin/biome'), 'format', '.'] },
  { name: 'lint', args: [bin('@biomejs/biome/bin/biome'), 'lint', '.'] },
  { name: 'layers', args: gate('layers.mjs') },
  { name: 'words', args: gate('words.mjs') },
  { name: 'css', args: gate('css.mjs') },
  { name: 'typecheck', args: gate('typecheck.mjs') },
  { name: 'docs', args: gate('docs.mjs') },
  {
    name: 'unit',
    args: [
      bin('vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${join(reports, 'vitest.json')}`,
    ],
  },
  { name: 'build', args: [join(root, 'scripts/run/build.mjs')] },
  { name: 'packages', args: gate('packages.mjs') },
  { name: 'sizes', args: gate('sizes.mjs') },
  { name: 'tarballs', args: gate('tarballs.mjs') },
  { name: 'storybook', args: gate('storybook.mjs') },
  {
    name: 'e2e',
    args: [bin('@playwright/test/cli.js'), 'test', '--config', join(root, 'e2e/playwright.config.ts')],
    needs: chromium !== null,
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, 'playwright.json') },
  },
]

/** @type {string[]} */
const failures = []
for (const part of parts) {
  if (only !== null && !only.has(part.name)) continue
  if (part.needs === false) continue
  const from = Date.now()
  console.log(`\n=== ${part.name}`)
  try {
    await run(process.execPath, part.args, { cwd: root, env: { ...env, ...part.env } })
    console.log(`=== ${part.name}: ok, ${Math.round((Date.now() - from) / 1000)} s`)
  } catch (error) {
    failures.push(part.name)
    console.error(`=== ${part.name}: FAILED, ${Math.round((Date.now() - from) / 1000)} s (${String(error)})`)
    break
  }
}

const tally = addTallies([tallyVitest(join(reports, 'vitest.json')), tallyPlaywright(join(reports, 'playwright.json'))])
console.log(`\nnpm test took ${Math.round((Date.now() - started) / 1000)} s`)
for (const [engine, tests] of tally.byEngine) console.log(`  ${tests} tests on: ${engine}`)
for (const line of missing) console.error(`MISSING HERE, SO NOT TESTED: ${line}`)
if (failures.length > 0) console.error(`FAILED: ${failures.join(', ')}; the parts after it did not run`)
const failed = tally.failed + (tally.failed === 0 && failures.length > 0 ? failures.length : 0)
console.log(`${tally.passed} passed, ${failed} failed, ${tally.skipped} skipped`)
process.exitCode = failures.length > 0 || (missing.length > 0 && process.env.CI === 'true') ? 1 : 0
