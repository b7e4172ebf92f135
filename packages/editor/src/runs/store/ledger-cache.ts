import type { Ledger, TenonClient } from '@tenon/core/client'

/** The ledger of one run, read once for each moment of its log, however many parts ask. */
export interface LedgerCache {
  /** @param seq - Last event known; a later one makes the ledger be read again. */
  readonly read: (seq: number) => Promise<Ledger>
}

export function createLedgerCache(client: Pick<TenonClient, 'runs'>, runId: string): LedgerCache {
  let known: { readonly seq: number; readonly ledger: Promise<Ledger> } | null = null
  return {
    read(seq) {
      if (known !== null && known.seq >= seq) return known.ledger
      const entry = { seq, ledger: client.runs.ledger(runId) }
      known = entry
      // A failed reading must not be kept.
      entry.ledger.catch(() => {
        if (known === entry) known = null
      })
      return entry.ledger
    },
  }
}
