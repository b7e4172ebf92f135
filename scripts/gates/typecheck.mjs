// Type-checks every workspace against the sources of the others, then the scripts through their JSDoc types.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { packages } from '../run/lib/paths.mjs'
import { run } from '../run/lib/process.mjs'

const root = resolve(import.meta.dirname, '../..')
const projects = [
  ...packages.map((name) => `packages/${name}`),
  'examples/host-app',
  'examples/custom-node',
  'stories',
  'e2e',
  'bench',
  'scripts',
]
let failed = 0
for (const project of projects) {
  const config = join(root, project, 'tsconfig.json')
  if (!existsSync(config)) continue
  try {
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config], { cwd: root })
    console.log(`typecheck: ${project}`)
  } catch {
    failed += 1
    console.error(`typecheck: ${project} has type errors`)
  }
}
process.exitCode = failed === 0 ? 0 : 1
