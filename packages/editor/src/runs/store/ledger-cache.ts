import type { Ledger, TenonClient } from '@tenon/core/client'

/** Cache of the ledger of one run, loaded once for each moment of its log and shared by all parts. */
export interface LedgerCache {
  /** @param seq - Last known event; the ledger is loaded again for a later one. */
  readonly read: (seq: number) => Promise<Ledger>
}

export function createLedgerCache(client: Pick<TenonClient, 'runs'>, runId: string): LedgerCache {
  let known: { readonly seq: number; readonly ledger: Promise<Ledger> } | null = null
  return {
    read(seq) {
      if (known !== null && known.seq >= seq) return known.ledger
      const entry = { seq, ledger: client.runs.ledger(runId) }
      known = entry
      // A failed load must not be cached.
      entry.ledger.catch(() => {
        if (known === entry) known = null
      })
      return entry.ledger
    },
  }
}
