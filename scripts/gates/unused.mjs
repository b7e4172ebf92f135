// Fails when a file, an export or a dependency is unused; and, in production, when only tests use it. The entries are
// in knip.config.ts. `node scripts/gates/unused.mjs FOLDER` looks at another tree.
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'

const root = resolve(import.meta.dirname, '../..')
const folder = resolve(process.argv[2] ?? root)
const knip = join(root, 'node_modules/knip/bin/knip.js')
const common = ['--directory', folder, '--no-progress', '--treat-config-hints-as-errors']

try {
  await run(process.execPath, [knip, ...common], { cwd: folder })
  await run(process.execPath, [knip, ...common, '--production'], { cwd: folder })
  console.log('unused: everything is used, and in production not by tests alone')
} catch {
  console.error('unused: delete what is listed, or use it')
  process.exitCode = 1
}
