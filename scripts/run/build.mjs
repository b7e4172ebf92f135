// Builds every package in layer order, then the example's server and pages. `--fast` leaves the type declarations out:
// enough to run, not to publish.
import { buildExample, buildPackages } from './lib/build.mjs'
import { ensureInstalled } from './lib/install.mjs'

const fast = process.argv.includes('--fast')
await ensureInstalled()
await buildPackages({ declarations: !fast })
await buildExample()
