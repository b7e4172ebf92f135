import type { RunEvent } from '@tenon/core/run'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDatabase, TEST_DATABASES } from '../../src/testing/databases.ts'
import { openEmbedded } from '../../src/testing/embedded.ts'
import type { EngineUnderTest } from '../../src/testing/test-engine.ts'
import { createTestNodes } from '../../src/testing/test-nodes.ts'
import { hasTemporal, openDevServer } from '../temporal/dev-server.ts'
import { bundleShellOnce, newTaskQueue, openTemporal, quietTemporal } from '../temporal/open-temporal.ts'
import { CASES } from './cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { type EngineLog, runOnEngine } from './engine-run.ts'
import { FAULT_PLANS, runInMemory } from './memory-run.ts'
import { completedOf, endOf, normalLogOf } from './normal-log.ts'

/** True under `npm run conformance`; `npm test` has one plan of faults for each case, and some of the cases on PGlite. */
const IS_FULL = process.env['TENON_CONFORMANCE'] === '1'
const { registry } = createTestNodes()
const [FIRST_PLAN] = FAULT_PLANS

function expectEnd({ ends, completes }: ConformanceCase, events: readonly RunEvent[]): void {
  expect({ completes: completedOf(events), end: endOf(events) }).toMatchObject({
    completes: [...completes].sort(),
    end: ends,
  })
}

test('there are 60 cases, each with a name of its own', () => {
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
  expect(CASES.length).toBeGreaterThanOrEqual(60)
})

describe('has the same log on the store in memory, whatever fails', () => {
  test.each(CASES.map((each, at) => [each.name, each, at] as const))('%s', async (name, each, at) => {
    let first: unknown
    for (const [index, plan] of FAULT_PLANS.entries()) {
      if (!IS_FULL && index !== 0 && index !== 1 + (at % (FAULT_PLANS.length - 1))) continue
      const { events, faults } = await runInMemory(each, registry, { plan, seed: index + 1 })
      expect({ plan: plan.name, faults }).toEqual({ plan: plan.name, faults: [] })
      expectEnd(each, events)
      const log = normalLogOf(events, name)
      first ??= log
      expect({ plan: plan.name, log }).toEqual({ plan: plan.name, log: first })
    }
  })
})

interface Store {
  readonly name: string
  open(): Promise<EngineUnderTest>
}

const EMBEDDED: readonly Store[] = TEST_DATABASES.map((kind) => ({
  name: kind,
  open: async () => {
    const opened = await openTestDatabase(kind)
    const engine = await openEmbedded(opened.database, registry)
    const close = async () => {
      await engine.close()
      await opened.close()
    }
    return { ...engine, close }
  },
}))

/** Without a Temporal, `hasTemporal` registers a test that says so, and that fails in CI. */
const TEMPORAL: readonly Store[] =
  IS_FULL && (await hasTemporal())
    ? [
        {
          name: 'Temporal',
          open: async () => {
            quietTemporal()
            const [server, opened, workflowBundle] = await Promise.all([
              openDevServer(),
              openTestDatabase('PGlite'),
              bundleShellOnce(),
            ])
            const options = { address: server.address, workflowBundle, taskQueue: newTaskQueue() }
            const engine = await openTemporal(opened.database, registry, options)
            const close = async () => {
              await engine.close()
              await opened.close()
              await server.stop()
            }
            return { ...engine, close }
          },
        },
      ]
    : []
const STORES = IS_FULL ? [...EMBEDDED, ...TEMPORAL] : EMBEDDED.slice(0, 1)
const COMPARED = CASES.filter((_, index) => IS_FULL || index % 4 === 0)

/** Cases at once: most of them wait, but the first tasks of all at once would be late on a busy machine, and be done again. */
const AT_ONCE = 12

async function runSome(engine: EngineUnderTest): Promise<ReadonlyMap<string, Promise<EngineLog>>> {
  const logs = new Map<string, Promise<EngineLog>>()
  const waiting = [...COMPARED]
  const work = async () => {
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      const log = runOnEngine(each, { ...engine, registry }, engine.database)
      logs.set(each.name, log)
      await log.catch(() => undefined)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return logs
}

describe.each(STORES)('has the same log on $name', ({ open }) => {
  let engine: EngineUnderTest
  let logs: ReadonlyMap<string, Promise<EngineLog>>
  beforeAll(async () => {
    engine = await open()
    logs = await runSome(engine)
  }, 600_000)
  afterAll(() => engine.close())

  test.each(COMPARED.map((each) => [each.name, each] as const))('%s', async (name, each) => {
    const log = await logs.get(name)
    if (log === undefined || FIRST_PLAN === undefined) throw new Error(`${name} was not started`)
    expectEnd(each, log.events)
    const { events } = await runInMemory(each, registry, { plan: FIRST_PLAN, seed: 1 })
    expect(normalLogOf(log.events, log.runId)).toEqual(normalLogOf(events, name))
  })
})
