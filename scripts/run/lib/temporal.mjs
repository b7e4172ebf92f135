import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../lib/free-port.mjs'
import { cacheDirectory, root } from './paths.mjs'
import { answers, run } from './process.mjs'

const CLI_VERSION = 'v1.5.1'
const DOWNLOAD_LIMIT_MS = 300_000
const cached = join(cacheDirectory, 'bin', 'temporal')

/**
 * Finds a Temporal CLI: named by `TENON_TEMPORAL_CLI`, on PATH, in the cache directory, by the download of
 * @temporalio/testing, or built by Go.
 *
 * @returns {Promise<string | null>} path of the program, null when this machine cannot get one
 */
export async function findTemporal() {
  const named = process.env.TENON_TEMPORAL_CLI
  if (named !== undefined && answers(named, ['--version'])) return named
  if (answers('temporal', ['--version'])) return 'temporal'
  if (answers(cached, ['--version'])) return cached
  return (await downloadTemporal()) ?? (await buildTemporal())
}

// The download belongs to @temporalio/testing, which keeps the program to itself: it starts a server once to
// fetch it, in a directory that we name.
async function downloadTemporal() {
  const directory = join(cacheDirectory, 'bin')
  mkdirSync(directory, { recursive: true })
  console.log('getting the Temporal dev server by download …')
  const script = `
    import { TestWorkflowEnvironment } from '@temporalio/testing'
    const environment = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', version: '${CLI_VERSION}', downloadDir: ${JSON.stringify(directory)} } },
    })
    await environment.teardown()
    process.exit(0)
  `
  try {
    const limits = { cwd: root, silent: true, timeoutMs: DOWNLOAD_LIMIT_MS }
    await run(process.execPath, ['--input-type=module', '--eval', script], limits)
  } catch {
    console.log('it cannot be downloaded here')
    return null
  }
  const name = readdirSync(directory).find((file) => answers(join(directory, file), ['--version']))
  if (name === undefined) return null
  if (join(directory, name) !== cached) renameSync(join(directory, name), cached)
  return cached
}

async function buildTemporal() {
  if (!answers('go', ['version'])) {
    console.log('there is no Go here to build it with')
    return null
  }
  const started = Date.now()
  console.log(`building the Temporal CLI ${CLI_VERSION} with Go, once (4-5 minutes on two cores) …`)
  const ticker = setInterval(() => console.log(`  … ${Math.round((Date.now() - started) / 1000)} s`), 30_000)
  const staging = join(cacheDirectory, `bin-${process.pid}`)
  try {
    mkdirSync(join(cacheDirectory, 'bin'), { recursive: true })
    await run('go', ['install', '-ldflags', '-s -w', `github.com/temporalio/cli/cmd/temporal@${CLI_VERSION}`], {
      cwd: cacheDirectory,
      env: { GOBIN: staging, GOFLAGS: '-mod=mod' },
      quiet: true,
    })
    renameSync(join(staging, 'temporal'), cached)
    return cached
  } catch (error) {
    console.error(String(error))
    return null
  } finally {
    clearInterval(ticker)
    rmSync(staging, { recursive: true, force: true })
  }
}

/**
 * Starts a Temporal dev server in memory, or in a file when one is named.
 *
 * The dynamic value matters: a dev server has one shard and 20 polls a second, so each hop would cost 50 ms. Fairness is
 * off: servers of 2025 may stop to dispatch a queue with it (temporalio/temporal#11048).
 *
 * @param {{ program: string, port?: number, file?: string }} options
 * @returns {Promise<{ address: string, pid: number, stop: () => Promise<void>, kill: () => void }>}
 */
export async function startTemporal({ program, port, file }) {
  const chosen = port ?? (await freePort())
  const child = spawn(
    program,
    [
      'server',
      'start-dev',
      '--headless',
      '--ip=127.0.0.1',
      `--port=${chosen}`,
      '--log-level=error',
      '--search-attribute=TenonTenant=Keyword',
      '--search-attribute=TenonWorkflow=Keyword',
      '--dynamic-config-value=history.transferProcessorMaxPollRPS=1000',
      ...(file === undefined ? [] : [`--db-filename=${file}`]),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const address = `127.0.0.1:${chosen}`
  for (let tries = 0; !answers(program, ['operator', 'cluster', 'health', '--address', address]); tries += 1) {
    if (child.exitCode !== null || tries > 120) {
      child.kill('SIGKILL')
      throw new Error('the Temporal dev server did not come up')
    }
    await delay(250)
  }
  return {
    address,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
    kill: () => child.kill('SIGKILL'),
  }
}
