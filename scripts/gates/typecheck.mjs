// Type-checks every project of the tree against the sources of the others, and fails when a TypeScript file belongs to
// none. Projects with the same settings are checked as one program. `node scripts/gates/typecheck.mjs FOLDER` checks
// another tree.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'
import { orphansOf, programsOf } from './lib/projects.mjs'

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '../..'))
// The native compiler, about six times as fast. What needs the compiler's API (the bundler of type declarations, the docs
// gate) and the examples, built as their users build them, take version 6: so both versions read our types.
const compiler = resolve(import.meta.dirname, '../../node_modules/typescript-native/bin/tsc')
const programs = programsOf(root)
const orphans = orphansOf(root, programs)
const waiting = [...programs.entries()]
let failed = 0

// Below the root, where the settings find the types that they name.
const cache = join(root, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'tenon-typecheck-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

async function checkNext() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [index, { projects, files }] = next
    const settings = join(folder, `${index}.tsconfig.json`)
    writeFileSync(
      settings,
      JSON.stringify({
        extends: join(root, projects[0] ?? ''),
        include: [],
        files: files.map((file) => join(root, file)),
      }),
    )
    const names = projects.join(', ')
    try {
      // Several threads would each compute the types that their files share: 16 s of work in place of 10 s.
      await run(process.execPath, [compiler, '-p', settings, '--singleThreaded'], { cwd: root })
      console.log(`typecheck: ${names}`)
    } catch {
      failed += 1
      console.error(`typecheck: type errors in ${names}`)
    }
  }
}

await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, checkNext))
for (const path of orphans) console.error(`typecheck: ${path} belongs to no tsconfig.json`)
if (programs.length === 0) console.error('typecheck: no tsconfig.json here')
process.exitCode = failed === 0 && orphans.length === 0 && programs.length > 0 ? 0 : 1
