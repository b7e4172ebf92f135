// Fails when what a host's page loads first grows past its budget. The budgets of pages are in .page-sizes.json, those of
// single files in .size-limit.json, and those of single imports, which a bundler must be able to take without the rest of a
// package, in .import-sizes.json.
// `node scripts/gates/sizes.mjs FOLDER` weighs another tree.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'
import { weighImports } from './lib/weigh-imports.mjs'
import { weighPages } from './lib/weigh-pages.mjs'

const root = resolve(import.meta.dirname, '../..')
const folder = resolve(process.argv[2] ?? root)
try {
  await run(process.execPath, [join(root, 'node_modules/size-limit/bin.js')], { cwd: folder })
} catch {
  console.error('sizes: something is past its budget, or was not built')
  process.exitCode = 1
}
if (existsSync(join(folder, '.page-sizes.json'))) {
  try {
    report(weighPages(folder))
  } catch (error) {
    console.error(`sizes: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  }
}
if (existsSync(join(folder, '.import-sizes.json'))) report(await weighImports(folder))

/** @param {Awaited<ReturnType<typeof weighImports>>} weighed */
function report(weighed) {
  for (const { name, bytes, limit } of weighed) {
    console.log(`${name}: ${bytes} bytes of ${limit}`)
    if (bytes <= limit) continue
    console.error(`sizes: ${name} takes ${bytes} bytes; the limit is ${limit}`)
    process.exitCode = 1
  }
}
