// A Temporal dev server for this repository: `npm run temporal` (PORT names its port, default 7233).
import { ensureInstalled } from './lib/install.mjs'
import { findTemporal, startTemporal } from './lib/temporal.mjs'

await ensureInstalled()
const program = await findTemporal()
if (program === null) {
  console.error('No Temporal CLI: put `temporal` on PATH, or install Go and run this again.')
  process.exit(1)
}
const server = await startTemporal({ program, port: Number(process.env.PORT ?? 7233) })
console.log(`ready ${server.address}`)
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void server.stop().then(() => process.exit(0)))
}
