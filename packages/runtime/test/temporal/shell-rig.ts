import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import type { History } from '@temporalio/common/lib/proto-utils.js'
import type { Json, WorkflowDocument } from '@tenon/core/document'
import { openTestDatabase } from '../../src/testing/databases.ts'
import type { Probes } from '../../src/testing/probes.ts'
import { type DrivenRun, startRun } from '../../src/testing/run-driver.ts'
import { createTestNodes } from '../../src/testing/test-nodes.ts'
import { openDevServer } from './dev-server.ts'
import { bundleShellOnce, newTaskQueue, openTemporal } from './open-temporal.ts'

/** Long enough for every story but the one that is to continue as new. */
const MAX_HISTORY_EVENTS = 40

/** A Temporal engine with a look at the histories that its shells leave. */
export interface ShellRig {
  readonly probes: Probes
  /** A queue for nodes that the engine serves beside its own. */
  readonly nodeQueue: string
  start(document: WorkflowDocument, input?: Json): Promise<DrivenRun>
  cancel(run: DrivenRun): Promise<void>
  shellOf(run: DrivenRun): WorkflowHandle
  /** The histories of a run's shells, oldest first, once the last of them has ended. */
  historiesOf(run: DrivenRun): Promise<readonly History[]>
  close(): Promise<void>
}

export async function openShellRig(): Promise<ShellRig> {
  const { registry, probes } = createTestNodes()
  const [server, opened, workflowBundle] = await Promise.all([
    openDevServer(),
    openTestDatabase('PGlite'),
    bundleShellOnce(),
  ])
  const { address } = server
  const nodeQueue = newTaskQueue()
  const options = {
    address,
    workflowBundle,
    taskQueue: newTaskQueue(),
    nodeQueues: [nodeQueue],
    maxHistoryEvents: MAX_HISTORY_EVENTS,
  }
  const underTest = await openTemporal(opened.database, registry, { ...options, reconcileMs: 500 })
  const connection = await Connection.connect({ address })
  const { workflow } = new Client({ connection })
  return {
    probes,
    nodeQueue,
    start: (document, input = {}) => startRun({ ...underTest, registry }, document, { input }),
    cancel: async ({ tenantId, runId }) => {
      await underTest.engine.cancel(tenantId, runId, null)
    },
    shellOf: ({ runId }) => workflow.getHandle(runId),
    historiesOf: async ({ runId, ended }) => {
      await ended()
      // Resolves when the last shell has ended, too, however it has.
      await workflow
        .getHandle(runId)
        .result()
        .catch(() => undefined)
      const histories: History[] = []
      for (let shell: string | undefined | null; shell !== ''; ) {
        const history = await workflow.getHandle(runId, shell ?? undefined).fetchHistory()
        histories.unshift(history)
        shell = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? ''
      }
      return histories
    },
    close: async () => {
      await connection.close()
      await underTest.close()
      await opened.close()
      await server.stop()
    },
  }
}

/** Every text in a history, decoded: what an operator of Temporal could read. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (value instanceof Uint8Array) return [new TextDecoder().decode(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => [key, ...textsOf(each)])
}
