// `npm run bench`: installs what is needed, bundles the bench from source and runs it. Whatever is printed on the way
// goes to standard error, so that standard output has the report alone.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureInstalled } from './lib/install.mjs'
import { root } from './lib/paths.mjs'

const STEP = 'TENON_BENCH_REPORT_FD'

if (process.env[STEP] === undefined) {
  const child = spawn(process.execPath, [import.meta.filename, ...process.argv.slice(2)], {
    cwd: root,
    env: { ...process.env, [STEP]: '3', NODE_ENV: 'production' },
    stdio: ['ignore', process.stderr, process.stderr, process.stdout],
  })
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(name, () => child.kill(name))
  child.once('exit', (code) => {
    process.exitCode = code ?? 1
  })
} else {
  await ensureInstalled()
  const { bundleBench } = await import('./lib/bundle-bench.mjs')
  await import(pathToFileURL(await bundleBench(join(root, 'bench/main.ts'))).href)
}
