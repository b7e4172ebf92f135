// Fails when what a host's page loads first grows past its budget. The budgets are in .size-limit.json; those of single
// imports, which a bundler must be able to take without the rest of a package, are in .import-sizes.json.
// `node scripts/gates/sizes.mjs FOLDER` weighs another tree.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'
import { weighImports } from './lib/weigh-imports.mjs'

const root = resolve(import.meta.dirname, '../..')
const folder = resolve(process.argv[2] ?? root)
try {
  await run(process.execPath, [join(root, 'node_modules/size-limit/bin.js')], { cwd: folder })
} catch {
  console.error('sizes: something is past its budget, or was not built')
  process.exitCode = 1
}
if (existsSync(join(folder, '.import-sizes.json'))) {
  for (const { name, bytes, limit } of await weighImports(folder)) {
    console.log(`${name}: ${bytes} bytes of ${limit}`)
    if (bytes <= limit) continue
    console.error(`sizes: ${name} takes ${bytes} bytes; the limit is ${limit}`)
    process.exitCode = 1
  }
}
