// `npm run coverage`: the tests of Vitest, with what the pages of the browser tests run counted in Chromium, too. Fails
// below the thresholds of vitest.config.ts and, for the editor, below those here. A part of the tests has no thresholds:
// it fails only with its tests.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import istanbul from 'istanbul-lib-coverage'
import { readBrowserCoverage } from './lib/browser-coverage.mjs'
import { findChromium } from './lib/chromium.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/process.mjs'
import { unionCoverage } from './lib/union-coverage.mjs'

const THRESHOLDS = { lines: 85, branches: 80 }

const editor = join(root, 'packages/editor')
const source = join(editor, 'src')
/** @param {string} path */
const isCounted = (path) => path.startsWith(`${source}/`) && !/\.(test|test-d)\.tsx?$/.test(path)

const chromium = await findChromium()
if (chromium === null) {
  console.error('There is no Chromium: set CHROMIUM_PATH.')
  process.exit(1)
}
// Everything after `--` goes to Vitest; names of tests look at a part: `npm run coverage -- packages/editor`.
const args = process.argv.slice(2)
const isPart = args.some((arg) => !arg.startsWith('-'))
const folder = mkdtempSync(join(tmpdir(), 'tenon-coverage-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const reports = join(root, 'coverage')
const report = join(reports, 'coverage-final.json')
// Vitest may end before it writes one, and then the report of an earlier run must not be read.
rmSync(report, { force: true })
const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args, '--coverage']
const reporters = ['text-summary', 'json'].map((name) => `--coverage.reporter=${name}`)
// A part is reported after a test that fails, too.
if (isPart) reporters.push('--coverage.reportOnFailure')
try {
  await run(process.execPath, [...vitest, ...reporters, `--coverage.reportsDirectory=${reports}`], {
    cwd: root,
    env: {
      CHROMIUM_PATH: chromium,
      TENON_BROWSER_COVERAGE: folder,
      ...(isPart ? { TENON_COVERAGE_OF_A_PART: '1' } : {}),
    },
  })
} catch (error) {
  if (!isPart || !existsSync(report)) throw error
  console.error(String(error))
  process.exitCode = 1
}

const units = istanbul.createCoverageMap(JSON.parse(readFileSync(report, 'utf8')))
units.filter(isCounted)
const { lines, branches, files } = unionCoverage([units, await readBrowserCoverage(folder, isCounted)])
for (const [path, file] of [...files].sort(([, a], [, b]) => a.lines - b.lines).slice(0, 20)) {
  console.log(`${String(file.lines).padStart(6)} %  ${path.slice(source.length + 1)}`)
}
console.log(`editor with its pages: ${lines} % of lines, ${branches} % of branches`)
if (!isPart && (lines < THRESHOLDS.lines || branches < THRESHOLDS.branches)) {
  console.error(`The editor must have ${THRESHOLDS.lines} % of lines and ${THRESHOLDS.branches} % of branches`)
  process.exitCode = 1
}
