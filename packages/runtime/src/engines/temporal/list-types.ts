import { nodeTypeKey } from '@tenon/core/document'
import type { NodeRegistry } from '@tenon/core/node'
import type { RuntimeLog } from '../../engine.ts'
import type { RuntimeDatabase } from '../../postgres/tables.ts'
import { reasonOf } from '../../reason-of.ts'
import { listWorker, unlistWorker } from '../../store/temporal-workers.ts'

/** Time in milliseconds between two entries in the list. */
const EVERY_MS = 20_000
/** Time in milliseconds for which an entry is valid: a process may miss two of them. */
const VALID_MS = 3 * EVERY_MS

interface ListTypesDeps {
  readonly database: RuntimeDatabase
  readonly registry: NodeRegistry
  readonly workerId: string
  readonly log: RuntimeLog
  /** Interval of the entries, in milliseconds. @defaultValue 20 s */
  readonly everyMs?: number
}

/**
 * Lists the node types of a worker of Temporal from now on, so that a publication can find a type that no worker has.
 *
 * @returns A function that ends that, and takes the worker off the list.
 */
export function listTypes({
  database,
  registry,
  workerId,
  log,
  everyMs = EVERY_MS,
}: ListTypesDeps): () => Promise<void> {
  const types = registry.manifest.nodes.map(({ type, version }) => nodeTypeKey(type, version))
  const write = async (store: () => Promise<void>): Promise<void> => {
    try {
      await store()
    } catch (error) {
      log('warn', 'temporal_worker.list_failed: retrying', { workerId, reason: reasonOf(error) })
    }
  }
  const list = () => write(() => listWorker(database, { workerId, types, validMs: VALID_MS }))
  let inFlight = list()
  const timer = setInterval(() => {
    inFlight = inFlight.then(list)
  }, everyMs).unref()
  return async () => {
    clearInterval(timer)
    await inFlight
    await write(() => unlistWorker(database, workerId))
  }
}
