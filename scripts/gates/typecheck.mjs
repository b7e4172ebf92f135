// Type-checks every project of the tree against the sources of the others, and fails when a TypeScript file belongs to
// none. `node scripts/gates/typecheck.mjs FOLDER` checks another tree.
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'
import { orphansOf, projectsOf } from './lib/projects.mjs'

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '../..'))
// The native compiler, about six times as fast. What needs the compiler's API (the bundler of type declarations, the docs
// gate) and the examples, built as their users build them, take version 6: so both versions read our types.
const compiler = resolve(import.meta.dirname, '../../node_modules/typescript-native/bin/tsc')
const projects = projectsOf(root)
const orphans = orphansOf(root, projects)
const waiting = [...projects]
let failed = 0

async function checkNext() {
  for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
    try {
      await run(process.execPath, [compiler, '-p', join(root, project)], { cwd: root })
      console.log(`typecheck: ${project}`)
    } catch {
      failed += 1
      console.error(`typecheck: ${project} has type errors`)
    }
  }
}

await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, checkNext))
for (const path of orphans) console.error(`typecheck: ${path} belongs to no tsconfig.json`)
if (projects.length === 0) console.error('typecheck: no tsconfig.json here')
process.exitCode = failed === 0 && orphans.length === 0 && projects.length > 0 ? 0 : 1
