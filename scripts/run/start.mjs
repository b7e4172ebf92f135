// `npm start`: installs and builds what is needed, then starts the demo host. It prints `ready http://127.0.0.1:PORT`.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildExample, buildPackages } from './lib/build.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { root } from './lib/paths.mjs'
import { findTemporal, startTemporal } from './lib/temporal.mjs'

const onTemporal = process.argv.includes('--engine') && process.argv.includes('temporal')
await ensureInstalled()
await buildPackages({ declarations: false })
await buildExample()

const dataDirectory = process.env.TENON_DATA_DIR ?? join(root, '.tenon')
mkdirSync(dataDirectory, { recursive: true })
Object.assign(process.env, { TENON_DATA_DIR: dataDirectory, NODE_ENV: 'production' })
if (onTemporal) {
  process.env.TENON_ENGINE = 'temporal'
  process.env.TEMPORAL_ADDRESS ??= await temporalAddress()
}

// In this very process, so that a signal to it reaches the server.
process.setSourceMapsEnabled(true)
await import(pathToFileURL(join(root, 'examples/host-app/dist/server.js')).href)

async function temporalAddress() {
  const program = await findTemporal()
  if (program === null) {
    console.error('No Temporal server: set TEMPORAL_ADDRESS, put `temporal` on PATH, or install Go and run this again.')
    process.exit(1)
  }
  const server = await startTemporal({ program, file: join(dataDirectory, 'temporal.db') })
  process.once('exit', () => server.kill())
  return server.address
}
