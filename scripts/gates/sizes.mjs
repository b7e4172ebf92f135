// Fails when what a host's page loads first grows past its budget. The budgets are in .size-limit.json.
// `node scripts/gates/sizes.mjs FOLDER` weighs another tree.
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'

const root = resolve(import.meta.dirname, '../..')
const folder = resolve(process.argv[2] ?? root)
try {
  await run(process.execPath, [join(root, 'node_modules/size-limit/bin.js')], { cwd: folder })
} catch {
  console.error('sizes: something is past its budget, or was not built')
  process.exitCode = 1
}
