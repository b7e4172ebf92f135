import type { Committer } from '../../commit/commit-types.ts'
import type { FindNodeType } from '../../commit/node-types.ts'
import type { NodeData } from '../../data-tables/node-tables.ts'
import type { EngineDeps } from '../../engine.ts'
import type { Files } from '../../files/files.ts'
import type { ModelLedger } from '../../models/model-ledger.ts'
import { reasonOf } from '../../reason-of.ts'
import type { DatabaseClock } from '../../store/database-clock.ts'
import type { DispatchStore } from '../../store/dispatch-store.ts'
import type { RunRef } from '../../store/run-ref.ts'
import type { Lease } from './lease.ts'
import type { NodeSlots } from './node-slots.ts'

/** Dependencies of a worker of the embedded engine. */
export interface WorkerDeps extends Pick<EngineDeps, 'egress' | 'log' | 'secrets'> {
  readonly workerId: string
  readonly files: Files
  readonly dataTables: NodeData
  readonly models: Pick<ModelLedger, 'modelsOf'>
  readonly committer: Committer
  readonly findType: FindNodeType
  readonly dispatch: DispatchStore
  readonly lease: Lease
  readonly slots: NodeSlots
  readonly now: () => number
  /** The clock behind `now`. */
  readonly clock: Pick<DatabaseClock, 'observe'>
  readonly cancelGraceMs: number
  /** Wakes the workers of all processes, for work of other workers. */
  readonly wakeWorkers: () => void
  /** Polls for work at an instant, ms since the Unix epoch. */
  readonly wakeAt: (at: number) => void
}

/** Fields of a log line about an error: never params, never values. */
export function fieldsOf({ tenantId, runId }: RunRef, error: unknown, nodeRunId?: string) {
  const reason = reasonOf(error)
  return { tenantId, runId, ...(nodeRunId === undefined ? {} : { nodeRunId }), reason }
}
