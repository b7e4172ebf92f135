// `npm test`: everything, from the formatter to the browser. `npm test -- --only unit,e2e` runs the named parts.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './lib/chromium.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { root } from './lib/paths.mjs'
import { canStartPostgres } from './lib/postgres.mjs'
import { run } from './lib/process.mjs'

const started = Date.now()
const onlyAt = process.argv.indexOf('--only')
const only = onlyAt === -1 ? null : (process.argv[onlyAt + 1] ?? '').split(',')

await ensureInstalled()
// These modules need the installed packages.
const { partsOf } = await import('./lib/parts.mjs')
const { runParts } = await import('./lib/run-parts.mjs')
const { addTallies, tallyPlaywright, tallyVitest } = await import('./lib/tally.mjs')
const { findTemporal } = await import('./lib/temporal.mjs')

const reports = join(root, 'node_modules/.cache/tenon-reports')
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

const machine = {
  chromium: await findChromium(),
  temporal: await findTemporal(),
  postgres: await canStartPostgres(),
}
const { parts, missing, env } = partsOf(machine, reports)
const unknown = (only ?? []).filter((name) => !parts.some((part) => part.name === name))
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. There are ${parts.map(({ name }) => name).join(', ')}.`)
  process.exit(1)
}

const chosen = parts.filter(({ name, canRun }) => canRun && (only === null || only.includes(name)))
const failures = await runParts(chosen, {
  start: async ({ name, args, env: own }, isLive) => {
    const options = { cwd: root, env: { ...env, ...own } }
    if (isLive) {
      console.log(`\n=== ${name}`)
      return run(process.execPath, args, options)
    }
    const log = join(reports, `${name}.log`)
    try {
      await run(process.execPath, args, { ...options, outputFile: log })
    } finally {
      console.log(`\n=== ${name}\n${readFileSync(log, 'utf8').trimEnd()}`)
    }
  },
  ended: ({ name }, seconds, fault) => {
    if (fault === undefined) console.log(`=== ${name}: ok, ${seconds} s`)
    else console.error(`=== ${name}: FAILED, ${seconds} s (${String(fault)})`)
  },
})

const vitest = tallyVitest(join(reports, 'vitest.json'), root)
const tally = addTallies([vitest, tallyPlaywright(join(reports, 'playwright.json'))])
console.log(`\nnpm test took ${Math.round((Date.now() - started) / 1000)} s`)
for (const [ground, tests] of [...tally.ranOn].sort(([a], [b]) => a.localeCompare(b))) {
  console.log(`  ${String(tests).padStart(5)} tests on ${ground}`)
}
for (const name of tally.skipped) console.error(`SKIPPED: ${name}`)
for (const name of tally.failed) console.error(`FAILED TEST: ${name}`)
if (only !== null) console.error(`ONLY ${only.join(', ')}: the other parts did not run`)
for (const line of missing) console.error(`MISSING HERE, SO NOT TESTED: ${line}`)
if (failures.length > 0) console.error(`FAILED: ${failures.join(', ')}; the parts that had not started did not run`)
// A part without a report has failed as one.
const failed = Math.max(tally.failed.length, failures.length)
console.log(`${tally.passed} passed, ${failed} failed, ${tally.skipped.length} skipped`)
const isIncomplete = missing.length > 0 || tally.skipped.length > 0
process.exitCode = failures.length > 0 || (isIncomplete && process.env.CI === 'true') ? 1 : 0
