// `npm run conformance`: compares the logs of all conformance cases on the store of the simulation, under each plan of
// faults, on PGlite, on Postgres and on Temporal.
import { join } from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/process.mjs'

await ensureInstalled()
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const test = 'packages/runtime/test/conformance/conformance.test.ts'
try {
  await run(process.execPath, [vitest, 'run', test], {
    cwd: root,
    env: { TENON_CONFORMANCE: '1' },
  })
} catch (error) {
  console.error(String(error))
  process.exitCode = 1
}
