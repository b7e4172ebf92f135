// `npm run scaling-model`: computes the figures of docs/scaling.md from the last bench report and writes them there. With
// `--check` it only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/paths.mjs'
import { costsOf, LOAD, scalingTables } from './lib/scaling-model.mjs'

const page = join(root, 'docs/scaling.md')
const report = JSON.parse(readFileSync(join(root, 'docs/reports/bench-2026-11.json'), 'utf8'))
const text = readFileSync(page, 'utf8')
const [before = '', rest = ''] = text.split('<!-- figures -->\n')
const [, after = ''] = rest.split('<!-- end of figures -->\n')
const next = `${before}<!-- figures -->\n\n${scalingTables(LOAD, costsOf(report))}\n\n<!-- end of figures -->\n${after}`
const plain = (/** @type {string} */ each) => each.replaceAll(/[ -]+/g, ' ')
if (process.argv.includes('--check')) {
  if (plain(next) !== plain(text)) {
    process.stderr.write('docs/scaling.md has other figures than the bench report gives: npm run scaling-model\n')
    process.exitCode = 1
  }
} else {
  writeFileSync(page, next)
  process.stdout.write(`${scalingTables(LOAD, costsOf(report))}\n`)
}
