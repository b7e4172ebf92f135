import type { WorkflowDocument } from '@tenon/core/document'
import type { ChaosWorker } from './chaos-worker.ts'
import type { RunAddress } from './protocol.ts'

const RETRY_MS = 20

/**
 * Starts runs one after another, at the living workers in turn. A start without an answer is repeated with the same run
 * id, as a client with an idempotency key does.
 *
 * @param document - Document of a run, by its index.
 */
export async function startRuns(
  workers: () => readonly ChaosWorker[],
  runs: readonly RunAddress[],
  document: (index: number) => WorkflowDocument,
): Promise<void> {
  for (const [index, run] of runs.entries()) {
    while (!(await startOnce(workers(), index, run, document(index)))) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

async function startOnce(
  workers: readonly ChaosWorker[],
  index: number,
  run: RunAddress,
  document: WorkflowDocument,
): Promise<boolean> {
  const alive = workers.filter(({ isAlive }) => isAlive)
  try {
    await alive[index % alive.length]?.call('start', run, document)
    return alive.length > 0
  } catch {
    return false
  }
}
