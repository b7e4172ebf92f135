import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { createNodeRegistry, defineNode, implementNode } from '@tenon/core/node'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeTables } from '../../postgres/tables.ts'
import { openEmbedded, testDeps } from '../../testing/embedded.ts'
import { startRun } from '../../testing/run-driver.ts'
import { inlineNodes } from '../../testing/test-nodes.ts'
import { useProcesses } from '../../testing/use-processes.ts'
import { embeddedEngine } from './embedded-engine.ts'

/** @see docs/adr/0026-a-busy-worker-keeps-its-runs.md */
const LEASE_MS = 500

const { script, server, onClose } = useProcesses('busy-worker-process')

/** The node of the other process, here with a body that takes no time. */
function registryOf(calls: string[]) {
  const busy = defineNode({
    ...{ type: 'busy', version: 1, title: 'Busy', description: 'For tests', icon: 'M4 12h16', category: 'flow' },
    ...{ summary: 'A test node', effect: 'none', params: z.object({}) },
    ports: [{ name: 'success', title: 'success' }],
    outputs: { success: z.object({}) },
  })
  return createNodeRegistry([
    ...inlineNodes(),
    implementNode(busy, async () => {
      calls.push('here')
      return { port: 'success', output: {} }
    }),
  ])
}

/** A worker in a process of its own that computes for `busyMs`, and the database that it shares with this one. */
async function rig(busyMs: number, busyGraceMs = 8 * LEASE_MS) {
  const url = await server().createDatabase()
  const open = () => {
    const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url, max: 5 }) })
    onClose(() => database.close())
    return database
  }
  await migrateRuntime(open())
  const order = JSON.stringify({ url, leaseMs: LEASE_MS, busyMs })
  const child = spawn(process.execPath, [script(), order], { stdio: ['ignore', 'pipe', 'inherit'] })
  onClose(() => stop(child))
  const lines: string[] = []
  const heard = new Map<string, () => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    heard.get(line)?.()
  })
  const says = (line: string): Promise<void> =>
    lines.includes(line) ? Promise.resolve() : new Promise((resolve) => heard.set(line, resolve))
  await says('ready')
  const calls: string[] = []
  const registry = registryOf(calls)
  const deps = testDeps(open(), registry)
  const engine = embeddedEngine()(deps)
  onClose(() => engine.close())
  const retry = { initialInterval: '100ms', maximumAttempts: 1 } as const
  const document = workflow([node('start', 'start'), withPolicy(node('a', 'busy'), { retry })], ['start>a'])
  const run = await startRun({ ...deps, engine, registry }, document)
  await says('begin')
  // The other worker begins beside the busy one: its own lease is old enough to free runs after one lease.
  const other = await openEmbedded(open(), registry, { leaseMs: LEASE_MS, pollIntervalMs: 50, busyGraceMs })
  onClose(() => other.close())
  return { run, child, calls, lines, database: other.database }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

describe('a worker whose main thread is busy', () => {
  test('keeps its run while a body computes for several leases', async () => {
    const { run, calls, lines } = await rig(5 * LEASE_MS)
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(calls).toEqual([])
    expect(lines.filter((line) => line === 'begin')).toHaveLength(1)
    expect((await run.events()).map(({ type }) => type)).not.toContain('attempt_lost')
  })

  test('loses its run within a few leases when its process is killed meanwhile', async () => {
    const { run, child, calls } = await rig(600_000)
    await stop(child)
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(calls).toEqual(['here'])
    expect((await run.events()).filter(({ type }) => type === 'attempt_lost')).toHaveLength(1)
  })

  test('loses its run when it is busy for longer than the grace', async () => {
    const { run, calls } = await rig(600_000, 2 * LEASE_MS)
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    expect(calls).toEqual(['here'])
  })
})
