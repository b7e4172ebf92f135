import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { type ChaosWorker, type SpawnOptions, spawnChaosWorker } from './chaos-worker.ts'
import { readEffects } from './check-logs.ts'
import type { RunAddress, WorkerOrder, WorkerUse } from './protocol.ts'
import { waitUntil } from './wait-until.ts'

/** Options that differ from those of a usual worker. */
export type WorkerOptions = Partial<Omit<WorkerOrder, 'source' | 'effects'>> & SpawnOptions & { readonly url?: string }

/** Limits at the end of an attack. */
export interface CloseOptions {
  /** Growth of the heap of a worker, in MB, that is no leak. @defaultValue 32 */
  readonly heapMb?: number
  /** Figures for the report. @defaultValue none */
  readonly note?: string
}

/** Worker processes of one attack, and the runs that it starts. */
export interface ChaosFleet {
  /** All runs so far, which the check goes through at the end. */
  readonly runs: readonly RunAddress[]
  /** Counts the workers that were killed: their rows stay until another worker frees their runs. */
  killed(): number
  /** Starts a worker process on the database, or by way of a proxy. */
  worker(options?: WorkerOptions): Promise<ChaosWorker>
  /** Starts so many worker processes. */
  workers(count: number, options?: WorkerOptions): Promise<readonly ChaosWorker[]>
  /** Makes ids of runs of three tenants, or of one. */
  newRuns(count: number, tenantId?: string): readonly RunAddress[]
  /** Waits until so many bodies have begun. */
  bodies(count: number): Promise<void>
  /** Describes each worker, for the error of a test that is stuck. */
  describe(): string
  /** Shuts the living workers down as a host does; returns a line for each that keeps memory or connections. */
  closeWorkers(options?: CloseOptions): Promise<readonly string[]>
  /** Ends the workers after a failed test. */
  killWorkers(): Promise<void>
}

/** Leases are short, so that a dead worker is replaced soon. */
const QUICK = { leaseMs: 1_000, pollIntervalMs: 100, cancelGraceMs: 300, drainMs: 1_000 } as const
const USUAL = { poolMax: 6, doesWork: true, clockSkewMs: 0, nodeTypes: null, crash: null, runsAtOnce: null } as const
/** Plans, prepared statements and compiled code that a process keeps. */
const HEAP_ALLOWANCE_MB = 32

/** Creates the fleet of an attack; `script` is the bundled program of a worker. */
export function createChaosFleet(script: string, source: WorkerOrder['source'], effects: string): ChaosFleet {
  const workers: { readonly worker: ChaosWorker; readonly before: WorkerUse; readonly poolMax: number }[] = []
  const runs: RunAddress[] = []
  let killed = 0

  const worker = async ({ url, heapMb, engine, ...options }: WorkerOptions = {}): Promise<ChaosWorker> => {
    const target = url === undefined ? source : { url }
    const order: WorkerOrder = { ...USUAL, ...options, effects, source: target, engine: { ...QUICK, ...engine } }
    const spawning = spawnChaosWorker(script, order, heapMb === undefined ? {} : { heapMb })
    const spawned = await spawning.catch((error: unknown) => {
      // It may have stored its row before it died.
      if (order.crash !== null) killed += 1
      throw error
    })
    workers.push({ worker: spawned, before: await spawned.call('use'), poolMax: order.poolMax })
    return {
      ...spawned,
      get isAlive() {
        return spawned.isAlive
      },
      kill: async () => {
        await spawned.kill()
        killed += 1
        appendFileSync(effects, `\n${JSON.stringify({ what: 'killed', pid: spawned.pid })}\n`)
      },
    }
  }
  const describe = (): string => {
    const states = workers.map(({ worker: { isAlive, logs, stderr } }) =>
      [isAlive ? 'alive' : stderr(), ...logs.slice(-5)].join('; '),
    )
    return `Workers: ${JSON.stringify(states)}`
  }
  return {
    runs,
    killed: () => killed,
    worker,
    workers: (count, options) => Promise.all(Array.from({ length: count }, () => worker(options))),
    newRuns: (count, tenantId) => {
      const added = Array.from({ length: count }, (_, index) => ({
        tenantId: tenantId ?? `tenant-${index % 3}`,
        runId: randomUUID(),
      }))
      runs.push(...added)
      return added
    },
    bodies: (count) =>
      waitUntil(
        async () => (await readEffects(effects)).filter(({ what }) => what === 'begin').length,
        count,
        async () => `Fewer than ${count} bodies have begun. ${describe()}`,
      ),
    describe,
    closeWorkers: async ({ heapMb: allowedMb = HEAP_ALLOWANCE_MB } = {}) => {
      const faults: string[] = []
      for (const { worker: living, before, poolMax } of workers.filter((each) => each.worker.isAlive)) {
        const after = await living.call('use')
        const grownMb = Math.round((after.heapBytes - before.heapBytes) / 2 ** 20)
        if (grownMb > allowedMb) faults.push(`a worker keeps ${grownMb} MB of heap`)
        if (after.connections > poolMax) faults.push(`a worker keeps ${after.connections} connections`)
        await living.close()
      }
      return faults
    },
    killWorkers: async () => {
      await Promise.all(workers.map(({ worker: each }) => (each.isAlive ? each.kill() : undefined)))
    },
  }
}
