import { afterAll, afterEach, beforeAll } from 'vitest'
import { bundleFixture } from '../../test/fixtures/bundle.ts'
import { startTestPostgres, type TestPostgres } from './postgres.ts'

/** Processes of a fixture, and a Postgres that they share with the tests of a file. */
interface Processes {
  /** Path of the script that a process executes. */
  script(): string
  server(): TestPostgres
  /** Adds what is closed after the test, the last first. */
  onClose(close: () => Promise<unknown>): void
}

/** Bundles a fixture and starts a Postgres before the tests of a file, and closes what each test opens. */
export function useProcesses(fixture: string): Processes {
  let ready: { readonly server: TestPostgres; readonly script: string } | null = null
  let closing: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    const [server, script] = await Promise.all([startTestPostgres(), bundleFixture(fixture)])
    ready = { server, script }
  }, 60_000)
  afterEach(async () => {
    for (const close of closing.reverse()) await close()
    closing = []
  })
  afterAll(() => ready?.server.stop())

  const started = () => {
    if (ready === null) throw new RangeError('Only tests have the processes')
    return ready
  }
  return {
    script: () => started().script,
    server: () => started().server,
    onClose: (close) => closing.push(close),
  }
}
