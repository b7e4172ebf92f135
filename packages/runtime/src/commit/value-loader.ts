import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ValueRef } from '@tenon/core/run'
import { createLru } from '../lru.ts'
import type { RunLogs } from '../store/run-logs.ts'

/** Reads values by their reference. */
export interface ValueReader {
  /**
   * Returns the stored value. Callers must not change it.
   *
   * @throws {@link TenonError} `PAYLOAD_NOT_FOUND`; `UNAVAILABLE` for every error of the database, so that it is not
   * attributed to the node.
   */
  load(tenantId: string, ref: ValueRef): Promise<Json>
  /** Returns a value that is in memory; undefined if it has to be loaded. Callers must not change it. */
  peek(tenantId: string, ref: ValueRef): Json | undefined
}

/** Reads stored values, and keeps large ones in memory for a while. */
export interface ValueLoader extends ValueReader {
  /** Caches a value that was just stored. */
  keep(tenantId: string, ref: ValueRef, json: Json): void
}

const KEPT_BYTES = 67_108_864

export function createValueLoader(logs: Pick<RunLogs, 'readValue'>): ValueLoader {
  const kept = createLru<{ readonly json: Json; readonly size: number }>(KEPT_BYTES, ({ size }) => size)
  const keyOf = (tenantId: string, { hash }: ValueRef) => `${tenantId}/${hash}`
  const keep = (tenantId: string, ref: ValueRef, json: Json): void =>
    kept.set(keyOf(tenantId, ref), { json, size: ref.size })
  const peek = (tenantId: string, ref: ValueRef): Json | undefined =>
    ref.inline === undefined ? kept.get(keyOf(tenantId, ref))?.json : ref.inline
  return {
    keep,
    peek,
    load: async (tenantId, ref) => {
      const known = peek(tenantId, ref)
      if (known !== undefined) return known
      const json = await logs.readValue(tenantId, ref).catch((cause: unknown) => {
        if (cause instanceof TenonError && cause.code === 'PAYLOAD_NOT_FOUND') throw cause
        throw new TenonError('UNAVAILABLE', 'A stored value is temporarily unavailable', { cause })
      })
      keep(tenantId, ref, json)
      return json
    },
  }
}
