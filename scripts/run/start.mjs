// `npm start`: installs and builds what is needed, then starts the demo host. It prints `ready http://127.0.0.1:PORT`.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildExample, buildPackages } from './lib/build.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { root } from './lib/paths.mjs'
import { findTemporal, startTemporal } from './lib/temporal.mjs'

const onTemporal = process.argv.includes('--engine') && process.argv.includes('temporal')
await ensureInstalled()
await buildPackages({ declarations: false })
await buildExample()

const dataDirectory = process.env.TENON_DATA_DIR ?? join(root, '.tenon')
/** @type {Record<string, string>} */
const env = { TENON_DATA_DIR: dataDirectory, NODE_ENV: 'production' }
/** @type {{ stop: () => Promise<void> } | null} */
let temporal = null
if (onTemporal) {
  env.TENON_ENGINE = 'temporal'
  if (process.env.TEMPORAL_ADDRESS === undefined) {
    const program = await findTemporal()
    if (program === null) {
      console.error(
        'No Temporal server: set TEMPORAL_ADDRESS, put `temporal` on PATH, or install Go and run this again.',
      )
      process.exit(1)
    }
    const server = await startTemporal({ program, file: join(dataDirectory, 'temporal.db') })
    env.TEMPORAL_ADDRESS = server.address
    temporal = server
  }
}

const server = spawn(process.execPath, ['--enable-source-maps', join(root, 'examples/host-app/dist/server.js')], {
  cwd: root,
  env: { ...process.env, ...env },
  stdio: 'inherit',
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => server.kill(signal))
server.on('exit', async (code) => {
  await temporal?.stop()
  process.exit(code ?? 0)
})
