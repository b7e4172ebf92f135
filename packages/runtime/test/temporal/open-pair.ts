import type { NodeRegistry } from '@tenon/core/node'
import { embeddedEngine } from '../../src/engines/embedded/embedded-engine.ts'
import { twoEngines } from '../../src/engines/pair/two-engines.ts'
import type { TemporalEngineOptions } from '../../src/engines/temporal/options.ts'
import { temporalEngine } from '../../src/engines/temporal/temporal-engine.ts'
import type { RuntimeDatabase } from '../../src/postgres/tables.ts'
import { testDeps } from '../../src/testing/embedded.ts'
import type { EngineUnderTest } from '../../src/testing/test-engine.ts'

/** An engine of two that stays idle until `startWorker`; new runs start at the embedded one. */
export function openPair(
  database: RuntimeDatabase,
  registry: NodeRegistry,
  options: TemporalEngineOptions,
): EngineUnderTest {
  const deps = testDeps(database, registry)
  const temporal = temporalEngine({ cancelGraceMs: 300, drainMs: 500, reconcileMs: 1_000, ...options })
  // A short lease: the rows of a killed process are free soon.
  const embedded = embeddedEngine({ cancelGraceMs: 300, drainMs: 100, pollIntervalMs: 200, leaseMs: 2_000 })
  const engine = twoEngines({ starting: embedded, continuing: temporal })(deps)
  return { engine, reader: deps.reader, bus: deps.bus, database, close: () => engine.close() }
}
