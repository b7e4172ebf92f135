import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const execute = promisify(execFile)
const cached = join(homedir(), '.cache', 'tenon', 'bin', 'temporal')

/** A Temporal server for the tests of one file. */
export interface DevServer {
  readonly address: string
  stop(): Promise<void>
}

/** A server that a test may kill and start again on the same port and file. */
export interface OwnDevServer extends DevServer {
  readonly port: number
  kill(): Promise<void>
}

/** Checks whether this machine has a Temporal; otherwise registers a test that says so, and that fails in CI. */
export async function hasTemporal(): Promise<boolean> {
  if (process.env.TEMPORAL_ADDRESS !== undefined || (await findProgram()) !== null) return true
  test('Temporal is missing: nothing in this file was tested', () => {
    process.stderr.write('NOT TESTED: set TENON_TEMPORAL_CLI or TEMPORAL_ADDRESS, or put `temporal` on PATH\n')
    expect(process.env.CI).not.toBe('true')
  })
  return false
}

/** The server at TEMPORAL_ADDRESS, or a dev server in memory. */
export async function openDevServer(): Promise<DevServer> {
  const address = process.env.TEMPORAL_ADDRESS
  if (address !== undefined) return { address, stop: async () => undefined }
  return startDevServer()
}

/** Starts a dev server of our own, in memory or in a file. */
export async function startDevServer(options: { port?: number; file?: string } = {}): Promise<OwnDevServer> {
  const program = (await findProgram()) ?? 'temporal'
  const port = options.port ?? (await freePort())
  const address = `127.0.0.1:${port}`
  const flags = [
    '--headless',
    '--ip=127.0.0.1',
    `--port=${port}`,
    '--log-level=never',
    // One shard and 20 polls a second by default: each hop would cost 50 ms.
    '--dynamic-config-value=history.transferProcessorMaxPollRPS=1000',
    ...(options.file === undefined ? [] : [`--db-filename=${options.file}`]),
  ]
  const child = spawn(program, ['server', 'start-dev', ...flags], { stdio: 'ignore' })
  const killOnExit = () => child.kill('SIGKILL')
  process.once('exit', killOnExit)
  const end = async (name: 'SIGTERM' | 'SIGKILL') => {
    process.removeListener('exit', killOnExit)
    await endProcess(child, name)
  }
  while (!(await answers(program, ['operator', 'cluster', 'health', '--address', address]))) {
    if (child.exitCode !== null) throw new RangeError(`The Temporal dev server ended with ${child.exitCode}`)
    await delay(200)
  }
  return { address, port, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}

async function findProgram(): Promise<string | null> {
  const named = process.env.TENON_TEMPORAL_CLI
  if (named !== undefined) return named
  if (await answers('temporal', ['--version'])) return 'temporal'
  return existsSync(cached) ? cached : null
}

async function answers(program: string, parameters: readonly string[]): Promise<boolean> {
  return execute(program, [...parameters]).then(
    () => true,
    () => false,
  )
}

async function endProcess(child: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(name)
  await ended
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject()))
    })
  })
}
