import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Json } from '@tenon/core/document'
import { createNodeRegistry } from '@tenon/core/node'
import pg from 'pg'
import { expect, test } from 'vitest'
import { createDatabase } from '../../postgres/database.ts'
import { migrateRuntime } from '../../postgres/migrate-runtime.ts'
import type { RuntimeTables } from '../../postgres/tables.ts'
import { openEmbedded } from '../../testing/embedded.ts'
import { drivenRun } from '../../testing/run-driver.ts'
import { inlineNodes } from '../../testing/test-nodes.ts'
import { useProcesses } from '../../testing/use-processes.ts'

const { script, server, onClose } = useProcesses('request-process')

/** A request that was answered. */
interface Answer {
  readonly tenantId: string
  readonly item: string
  readonly runId: string
}

/** Sends requests from a process, and kills it when it has reported as many answers. */
async function requestUntilKilled(url: string, name: string, answers: number): Promise<readonly Answer[]> {
  const child = spawn(process.execPath, [script(), JSON.stringify({ url, name })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const heard: Answer[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const [tenantId = '', item = '', runId = ''] = line.split(' ')
    heard.push({ tenantId, item, runId })
    if (heard.length === answers) child.kill('SIGKILL')
  }
  await ended
  expect(heard.length).toBeGreaterThanOrEqual(answers)
  return heard
}

test('processes killed between requests lose no acknowledged one, and no request starts a run twice', async () => {
  const url = await server().createDatabase()
  const database = createDatabase<RuntimeTables>({ pool: new pg.Pool({ connectionString: url, max: 5 }) })
  onClose(() => database.close())
  await migrateRuntime(database)
  // The second finds runs that the first has left.
  const answers = await Promise.all([requestUntilKilled(url, 'a', 7), requestUntilKilled(url, 'b', 40)])
  const registry = createNodeRegistry(inlineNodes())
  const under = await openEmbedded(database, registry, { leaseMs: 500, pollIntervalMs: 50, busyGraceMs: 500 })
  onClose(() => under.close())
  const runs = await database.owner.selectFrom('runs').select(['tenant_id', 'run_id']).execute()
  expect(runs.length).toBeLessThan(answers.flat().length)
  const inputs = new Map<string, Json>()
  for (const { tenant_id: tenantId, run_id: runId } of runs) {
    const run = drivenRun({ ...under, registry }, tenantId, runId)
    expect(await run.ended()).toMatchObject({ status: 'completed' })
    const starts = (await run.events()).filter(({ type }) => type === 'run_started')
    expect(starts).toHaveLength(1)
    const [start] = starts
    if (start?.type !== 'run_started') throw new Error('The log begins with the start')
    inputs.set(runId, await under.reader.loadValue(tenantId, start.data.input))
  }
  const itemsOf = (runId: string): readonly Json[] => (inputs.get(runId) as { readonly items?: Json[] }).items ?? []
  const all = [...inputs.keys()].flatMap(itemsOf)
  expect(new Set(all).size).toBe(all.length)
  for (const { tenantId, item, runId } of answers.flat()) {
    if (tenantId === 'collecting') expect(itemsOf(runId)).toContain(item)
    // It may have a later request instead.
    else expect(inputs.get(runId)).toEqual({ item: expect.any(String) })
  }
  for (const tenantId of ['collecting', 'merging']) {
    expect(await under.reader.countRuns(tenantId)).toEqual({ queued: 0, inProgress: 0 })
  }
})
