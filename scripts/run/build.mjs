// Builds every package in layer order, then the example's pages. `--fast` leaves the type declarations out:
// enough to run, not to publish.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { packages, root } from './lib/paths.mjs'
import { run } from './lib/process.mjs'

const fast = process.argv.includes('--fast')
await ensureInstalled()
for (const name of packages) {
  const cwd = join(root, 'packages', name)
  rmSync(join(cwd, 'dist'), { recursive: true, force: true })
  await run(process.execPath, [join(root, 'node_modules/tsup/dist/cli-default.js'), '--silent'], {
    cwd,
    env: { TENON_BUILD_DTS: fast ? '0' : '1' },
  })
  if (name === 'editor') await run(process.execPath, [join(cwd, 'scripts/build-styles.mjs')], { cwd })
}
