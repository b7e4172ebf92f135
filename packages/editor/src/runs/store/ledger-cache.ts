import type { Ledger, LedgerEntry, TenonClient } from '@tenon/core/client'
import type { NodeRunId } from '@tenon/core/run'

/** Cache of the ledger of one run, loaded once for each moment of its log and shared by all parts. */
export interface LedgerCache {
  /** @param seq - Last known event; the ledger is loaded again for a later one. */
  readonly read: (seq: number) => Promise<Ledger>
  /** Reads the entry of one node run; of a long run only this one. `null` if there is none. */
  readonly readEntry: (nodeRunId: NodeRunId, seq: number) => Promise<LedgerEntry | null>
}

/** @param isLong - Returns true for a run whose log is too long to be read as a whole. */
export function createLedgerCache(
  client: Pick<TenonClient, 'runs'>,
  runId: string,
  isLong: () => boolean,
): LedgerCache {
  let known: { readonly seq: number; readonly ledger: Promise<Ledger> } | null = null
  const read = (seq: number): Promise<Ledger> => {
    if (known !== null && known.seq >= seq) return known.ledger
    const entry = { seq, ledger: client.runs.ledger(runId) }
    known = entry
    // A failed load must not be cached.
    entry.ledger.catch(() => {
      if (known === entry) known = null
    })
    return entry.ledger
  }
  return {
    read,
    async readEntry(nodeRunId, seq) {
      const { nodeRuns } = await (isLong() ? client.runs.ledger(runId, { nodeRunId }) : read(seq))
      return nodeRuns.find((entry) => entry.nodeRunId === nodeRunId) ?? null
    },
  }
}
