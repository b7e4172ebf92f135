import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import type { TemporalEngineOptions } from '@tenon/runtime/temporal'
import { findTemporal, startTemporal } from '../../scripts/run/lib/temporal.mjs'

/** A Temporal server, and a look at the histories on it. */
export interface BenchTemporal {
  /** Options with a task queue that no other engine uses. */
  readonly options: TemporalEngineOptions
  /** Events in the history of a run's shell, once it has ended. */
  eventsOf(runId: string): Promise<number>
  close(): Promise<void>
}

/** Line to print on a machine without Temporal. */
export async function missingTemporal(): Promise<string | null> {
  if (process.env['TEMPORAL_ADDRESS'] !== undefined || (await findTemporal()) !== null) return null
  return 'Temporal is missing (put `temporal` on PATH, or set TEMPORAL_ADDRESS)'
}

/** The server at `TEMPORAL_ADDRESS`, or a dev server in memory with the flags of `npm run temporal`. */
export async function openBenchTemporal(): Promise<BenchTemporal> {
  quiet()
  const server = await openServer()
  const connection = await Connection.connect({ address: server.address })
  const { workflow } = new Client({ connection })
  return {
    options: {
      address: server.address,
      taskQueue: `bench-${randomUUID()}`,
      // From source, as everything else here; npm scripts run in the root of the repository.
      workflowsPath: join(process.cwd(), 'packages/runtime/src/engines/temporal/workflow/index.ts'),
    },
    eventsOf: async (runId) => {
      const shell = workflow.getHandle(runId)
      await shell.result()
      const { events } = await shell.fetchHistory()
      return events?.length ?? 0
    },
    close: async () => {
      await connection.close()
      await server.stop()
    },
  }
}

async function openServer(): Promise<{ readonly address: string; readonly stop: () => Promise<void> }> {
  const address = process.env['TEMPORAL_ADDRESS']
  if (address !== undefined) return { address, stop: async () => undefined }
  const program = await findTemporal()
  if (program === null) throw new RangeError('Temporal is missing')
  return startTemporal({ program })
}

/** Keeps the SDK from telling of each worker that comes and goes. The runtime of a process is made once. */
function quiet(): void {
  if (Runtime._instance !== undefined) return
  const filter = { core: 'ERROR', other: 'ERROR' } as const
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } })
}
