import type { WorkflowDocument } from '@tenon/core/document'
import { expect, test } from 'vitest'
import { startClients } from './chaos-clients.ts'
import { sized } from './chaos-size.ts'
import type { ChaosWorker } from './chaos-worker.ts'
import type { ProcessCrash } from './crashing-pool.ts'
import { setUpAttacks } from './set-up-attacks.ts'
import { startRuns } from './start-runs.ts'
import { agent, awaiting, chain, limited, long, longerChain, merged, mixed, parked, queued, saga } from './workloads.ts'
import { PROCESS_LABELS, SHORT_CRASHES } from './write-points.ts'

const attacks = setUpAttacks()

/** Workflows of each life: together they reach every label. */
const SCENARIO: readonly WorkflowDocument[] = [
  ...[agent, parked, awaiting, saga, chain, chain, chain],
  ...[queued, long, limited, merged],
  ...Array.from({ length: 6 }, (_, index) => mixed(index)),
]
const ALL: readonly ProcessCrash[] = PROCESS_LABELS.flatMap((label) => [
  { label, side: 'before' },
  { label, side: 'after' },
])
const LOOK_EVERY_MS = 20
const ENGINE = { nodeQueues: ['slow'] }

/** Accepts a worker that has died while it started, without an error. */
function diedEarly(error: unknown): null {
  if (error instanceof RangeError && error.message.endsWith('did not start: ')) return null
  throw error
}

test('killed at each write, before it is sent and after it is stored: no run is lost, none ends twice', async () => {
  const { arena } = attacks
  let worker: ChaosWorker | undefined
  const workers = () => (worker === undefined ? [] : [worker])
  const clients = startClients(arena, workers)
  const work: Promise<void>[] = []
  const unreached: string[] = []
  for (const crash of sized({ short: SHORT_CRASHES, full: ALL })) {
    const current = await arena.worker({ crash, engine: ENGINE }).catch(diedEarly)
    if (current === null) continue
    worker = current
    const runs = arena.newRuns(SCENARIO.length)
    const [, , early, canceled, moved, stopped] = runs
    if (early === undefined || moved === undefined || canceled === undefined || stopped === undefined) return
    work.push(
      startRuns(workers, runs, (index) => SCENARIO[index] ?? chain),
      clients.sendEvent(early),
      clients.cancel(canceled),
      clients.move(moved, longerChain),
      clients.pause(stopped),
    )
    const isOver = async () => (await arena.endedOf(runs)) === runs.length
    while (current.isAlive && !(await isOver())) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    if (current.isAlive) unreached.push(`${crash.side} ${crash.label}`)
    await current.kill()
  }
  worker = await arena.worker({ engine: ENGINE })
  await Promise.all(work)
  const findings = await arena.finish()
  await clients.stop()
  expect({ unreached, faults: findings.faults }).toEqual({ unreached: [], faults: [] })
})
