// `npm run chaos`: attacks the engines at full size, which takes about 15 minutes on two cores, and prints a table.
// `npm run chaos -- --part sagas` runs one part: kills, sagas, timers, tenants, races, crash-points, temporal, agents or storm.
// `npm run chaos -- --storm --runs 500 --crashes 24 --workers 2 --lost-answers 0.05 --seed 1` runs one storm alone.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readChaosArguments } from './lib/chaos-arguments.mjs'
import { readAttacks, tableOfAttacks } from './lib/chaos-report.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/process.mjs'

// An attack finds stuck runs much earlier; this limit ends an attack that hangs.
const LONGEST_ATTACK_MS = 1_800_000

const order = readChaosArguments(process.argv.slice(2))
if (order.kind === 'refused') {
  console.error(order.reason)
  process.exit(2)
}
await ensureInstalled()
const { findTemporal } = await import('./lib/temporal.mjs')
const temporal = await findTemporal()
const directory = mkdtempSync(join(tmpdir(), 'tenon-chaos-'))
const report = join(directory, 'attacks.jsonl')
try {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const named = order.test === undefined ? [] : ['-t', order.test]
  await run(process.execPath, [vitest, 'run', ...order.files, ...named, `--testTimeout=${LONGEST_ATTACK_MS}`], {
    cwd: root,
    env: {
      TENON_CHAOS: '1',
      TENON_CHAOS_REPORT: report,
      ...(order.storm === null ? {} : { TENON_CHAOS_STORM: JSON.stringify(order.storm) }),
      ...(temporal === null ? {} : { TENON_TEMPORAL_CLI: temporal }),
    },
  })
} catch (error) {
  console.error(String(error))
  process.exitCode = 1
}
console.log(`\n${tableOfAttacks(readAttacks(report))}`)
rmSync(directory, { recursive: true, force: true })
