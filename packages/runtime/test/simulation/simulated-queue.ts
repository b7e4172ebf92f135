import type { Fact } from '@tenon/core/run'
import type { Committer } from '../../src/commit/commit-types.ts'
import { type QueuedStart, startQueued } from '../../src/engines/start-queued.ts'
import { memoryAdmissions } from './memory-admission.ts'
import { findRun, type MemoryTables } from './memory-tables.ts'
import type { World } from './world.ts'

/** The queue of runs as one process sees it. */
interface SimulatedQueue {
  /** Checks whether a limit applies to a run, as the admitter does. */
  mayWait(start: QueuedStart): boolean
  /** Stores a run before its start; resolves with true if it is admitted now. */
  startQueued(start: QueuedStart): Promise<boolean>
  /** Admits what may start now, in the background; calls while it does so are combined. */
  sweep(): void
  /** Sweeps regularly from now on. */
  start(): void
}

interface QueueDeps {
  readonly world: World
  readonly tables: MemoryTables
  readonly committer: Committer
  readonly log: () => void
  readonly now: () => number
  readonly onAdmitted: () => void
}

const SWEEP_EVERY_MS = 5_000

/** Opens the queue for one process; it is that of `createAdmitter`, without rates, pauses and parts. */
export function simulatedQueue({ world, tables, committer, log, now, onAdmitted }: QueueDeps): SimulatedQueue {
  const admissions = memoryAdmissions(tables)
  let isWanted = false
  let isSweeping = false
  const sweepOnce = async (): Promise<void> => {
    const admitted = await world.request(() => admissions.sweep(), { labels: ['admission.sweep'] })
    if (admitted.length > 0) onAdmitted()
  }
  const sweepWanted = async (): Promise<void> => {
    isSweeping = true
    try {
      while (isWanted) {
        isWanted = false
        await sweepOnce()
      }
    } catch {
      // A regular sweep follows.
    }
    isSweeping = false
  }
  const sweep = (): void => {
    isWanted = true
    if (!isSweeping) void sweepWanted()
  }
  return {
    mayWait: ({ entry }) => entry.limit !== null || tables.runsInProgressLimit !== null,
    startQueued: async (start) => {
      const admitter = {
        accept: (run: Parameters<typeof admissions.accept>[0]) =>
          world.request(() => admissions.accept(run), { labels: ['admission.accept'], mayBeLate: true }),
      }
      const read = async (ref: { readonly tenantId: string; readonly runId: string }) =>
        world.request(() =>
          [...(findRun(tables, ref)?.inbox ?? [])].map(([messageId, text]) => ({
            messageId,
            fact: JSON.parse(text) as Fact,
          })),
        )
      const getRun = async (tenantId: string, runId: string) =>
        world.request(() => findRun(tables, { tenantId, runId })?.run ?? null)
      const deps = { admitter, committer, inbox: { read }, reader: { getRun }, log, now }
      const { isAdmitted } = await startQueued(deps, start)
      return isAdmitted
    },
    sweep,
    start: () => {
      setInterval(sweep, SWEEP_EVERY_MS)
    },
  }
}
