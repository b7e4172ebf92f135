import type { NodeRegistry } from '@tenon/core/node'
import { afterAll, beforeAll, describe } from 'vitest'
import type { Bus } from '../bus.ts'
import type { Engine } from '../engine.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { RunReader } from '../run-store.ts'
import { admissionTests } from './suite/admission.ts'
import { callTests } from './suite/calls.ts'
import { cancelTests } from './suite/cancel.ts'
import { childTests } from './suite/children.ts'
import { compensationTests } from './suite/compensation.ts'
import { connectionTests } from './suite/connections.ts'
import { dataTests } from './suite/data.ts'
import { errorHandlerTests } from './suite/error-handlers.ts'
import { eventTests } from './suite/events.ts'
import { failureTests } from './suite/failures.ts'
import { joinTests } from './suite/joins.ts'
import { logTests } from './suite/log.ts'
import { loopTests } from './suite/loops.ts'
import { migrateTests } from './suite/migrate.ts'
import { parkTests } from './suite/park.ts'
import { pathTests } from './suite/paths.ts'
import { pauseTests } from './suite/pause.ts'
import { refusalTests } from './suite/refusals.ts'
import { rerunTests } from './suite/rerun.ts'
import { createSuiteContext, type SuiteContext, type SuiteGroup } from './suite/suite-context.ts'
import { waitTests } from './suite/waits.ts'
import { createTestNodes } from './test-nodes.ts'

const GROUPS: readonly SuiteGroup[] = [
  pathTests,
  joinTests,
  loopTests,
  childTests,
  errorHandlerTests,
  callTests,
  admissionTests,
  failureTests,
  waitTests,
  eventTests,
  connectionTests,
  cancelTests,
  pauseTests,
  parkTests,
  migrateTests,
  compensationTests,
  rerunTests,
  dataTests,
  logTests,
  refusalTests,
]

/** An engine whose worker runs, on a migrated database of its own. */
export interface EngineUnderTest {
  /** Engine under test. */
  readonly engine: Engine
  /** Reads the runs that the engine stores. */
  readonly reader: RunReader
  /** Bus on which the engine announces new events. */
  readonly bus: Bus
  /** Database of the engine. */
  readonly database: RuntimeDatabase
  /** Closes the engine and its database. */
  close(): Promise<void>
}

/** Options of the contract suite: the engine to test. */
export interface EngineSuiteOptions {
  /**
   * Creates the engine and starts its worker in this process, with these node types. A canceled body should be
   * abandoned after at most 500 ms.
   */
  create(registry: NodeRegistry): Promise<EngineUnderTest>
  /**
   * Runs several tests at once, for an engine that waits more than it computes; so no test uses `expect.poll`, which they
   * cannot share. @defaultValue false
   */
  readonly concurrent?: boolean
}

/**
 * Defines the contract tests of engines; call it in a test file. After the last one the logs of all runs are checked:
 * replaying the facts gives the same decisions, numbers are dense, and the hash chain is intact.
 *
 * @example
 * ```ts
 * testEngine('embedded on Postgres', { create: (registry) => openEmbeddedEngine(registry) })
 * ```
 */
export function testEngine(name: string, { create, concurrent = false }: EngineSuiteOptions): void {
  describe(`Engine contract: ${name}`, { concurrent }, () => {
    const { registry, probes } = createTestNodes()
    let underTest: EngineUnderTest
    let context: SuiteContext

    beforeAll(async () => {
      underTest = await create(registry)
      context = createSuiteContext({ ...underTest, registry }, probes, underTest.database)
    }, 300_000)
    afterAll(() => underTest.close())
    // Before the engine closes: hooks run from the last to the first.
    afterAll(() => context.checkLogs(), 300_000)

    for (const group of GROUPS) group(() => context)
  })
}
