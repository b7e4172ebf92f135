// `npm run simulate -- --seeds 100000 --from 1`: simulates runs with faults, one seed after the other, on every core. A seed
// that breaks an invariant is printed; `--seeds 1 --from SEED` repeats it.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/process.mjs'
import { readSimulation } from './lib/simulation-arguments.mjs'

const order = readSimulation(process.argv.slice(2), availableParallelism())
if (order.kind === 'refused') {
  console.error(order.reason)
  process.exit(2)
}
await ensureInstalled()
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const test = 'packages/runtime/test/simulation/simulation.test.ts'
const name = 'keep every invariant'
const results = await Promise.allSettled(
  order.shares.map(({ from, seeds }) =>
    run(process.execPath, [vitest, 'run', test, '-t', name, '--testTimeout=86400000'], {
      cwd: root,
      env: { TENON_SIMULATE_FROM: String(from), TENON_SIMULATE_SEEDS: String(seeds) },
    }),
  ),
)
for (const result of results) if (result.status === 'rejected') console.error(String(result.reason))
process.exitCode = results.every(({ status }) => status === 'fulfilled') ? 0 : 1
