import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import type { NodeRegistry } from '@tenon/core/node'
import type { EngineDeps } from '../../src/engine.ts'
import type { TemporalEngineOptions } from '../../src/engines/temporal/options.ts'
import { temporalEngine } from '../../src/engines/temporal/temporal-engine.ts'
import { bundleShell } from '../../src/engines/temporal/worker/index.ts'
import type { RuntimeDatabase } from '../../src/postgres/tables.ts'
import { testDeps } from '../../src/testing/embedded.ts'
import type { EngineUnderTest } from '../../src/testing/test-engine.ts'

/** The shell's source. */
export const shellPath = join(import.meta.dirname, '../../src/engines/temporal/workflow/index.ts')

/** Bundles the shell once for all workers of a test file. */
export const bundleShellOnce = () => bundleShell(shellPath)

/**
 * Keeps the SDK from telling of each worker that comes and goes; once a test file, before all else. For files with a worker
 * in their own process: its end is that of the runtime, which the next file installs anew.
 */
export function quietTemporal(): void {
  const filter = { core: 'ERROR', other: 'ERROR' } as const
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } })
}

/** A queue that no other test file polls. */
export const newTaskQueue = (): string => `test-${randomUUID()}`

/** A Temporal engine at work on a database; without `address` of a running server it stays idle until `startWorker`. */
export async function openTemporal(
  database: RuntimeDatabase,
  registry: NodeRegistry,
  options: TemporalEngineOptions,
  parts: Pick<EngineDeps, 'retention'> = {},
): Promise<EngineUnderTest> {
  const opened = openIdleTemporal(database, registry, options, parts)
  await opened.engine.startWorker()
  return opened
}

/** A Temporal engine that takes orders, but whose worker does not run. */
export function openIdleTemporal(
  database: RuntimeDatabase,
  registry: NodeRegistry,
  options: TemporalEngineOptions,
  parts: Pick<EngineDeps, 'retention'> = {},
): EngineUnderTest {
  const deps = { ...testDeps(database, registry), ...parts }
  const engine = temporalEngine({ cancelGraceMs: 300, drainMs: 500, ...options })(deps)
  return { engine, reader: deps.reader, bus: deps.bus, database, close: () => engine.close() }
}
