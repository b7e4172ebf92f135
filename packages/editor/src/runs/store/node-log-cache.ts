import type { TenonClient } from '@tenon/core/client'
import { fromFrame, type LogEntry, type NodeRunId } from '@tenon/core/run'

/** Events of a node run to read. */
export interface NodeLogOptions {
  /** True for the starts and ends of its iterations as well. */
  readonly iterations: boolean
}

/** Events of single node runs of one run whose log is too long to be loaded for them; shared by all parts. */
export interface NodeLogCache {
  /**
   * Reads the events of a node run up to the last known event of the run, or later.
   *
   * @param seq - Last known event; events that are known already are not read again.
   */
  readonly read: (nodeRunId: NodeRunId, seq: number, options: NodeLogOptions) => Promise<readonly LogEntry[]>
}

interface Known {
  readonly seq: number
  readonly entries: readonly LogEntry[]
}

/** Node runs that are kept: those that a person looks at in turn. */
const MOST_KEPT = 20

/** Creates the cache of one run. */
export function createNodeLogCache(client: Pick<TenonClient, 'runs'>, runId: string): NodeLogCache {
  const kept = new Map<string, Known>()
  /** Reads in progress: a part that wants the same waits, and reads what follows. */
  const reading = new Map<string, Promise<readonly LogEntry[]>>()

  function keep(key: string, known: Known): void {
    kept.delete(key)
    kept.set(key, known)
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
  }

  async function readOn(nodeRunId: NodeRunId, seq: number, iterations: boolean): Promise<readonly LogEntry[]> {
    const key = keyOf(nodeRunId, iterations)
    let known = kept.get(key) ?? { seq: 0, entries: [] }
    for (let hasMore = known.seq < seq; hasMore; ) {
      const page = await client.runs.nodeRunEvents(runId, nodeRunId, { after: known.seq, iterations })
      known = { seq: page.seq, entries: [...known.entries, ...page.events.map(fromFrame)] }
      hasMore = page.hasMore
      keep(key, known)
    }
    return known.entries
  }

  return {
    read(nodeRunId, seq, { iterations }) {
      const key = keyOf(nodeRunId, iterations)
      const again = () => readOn(nodeRunId, seq, iterations)
      const before = reading.get(key)
      const next = (before === undefined ? again() : before.then(again, again)).finally(() => {
        if (reading.get(key) === next) reading.delete(key)
      })
      reading.set(key, next)
      return next
    },
  }
}

function keyOf(nodeRunId: NodeRunId, iterations: boolean): string {
  return iterations ? `${nodeRunId} with iterations` : nodeRunId
}
