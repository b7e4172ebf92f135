import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ValueRef } from '@tenon/core/run'
import { sql } from 'kysely'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { StoredObjects } from './stored-objects.ts'

/** Reads values that are stored beside the log, in the database or in the store of the host. */
export interface PayloadReader {
  /**
   * Reads values in the order of their references, each stored one once.
   *
   * @throws {@link TenonError} `PAYLOAD_NOT_FOUND`; `PAYLOAD_UNAVAILABLE` if the store of the host does not return one.
   */
  read(tenantId: string, refs: readonly ValueRef[]): Promise<readonly Json[]>
}

/**
 * Creates a reader of values. The rows of the tenant say where its values are, so that no other tenant reads them.
 *
 * @param objects - Store of the host; null without one.
 */
export function createPayloadReader(database: RuntimeDatabase, objects: StoredObjects | null): PayloadReader {
  return {
    read: async (tenantId, refs) => {
      const hashes = [...new Set(refs.filter((ref) => ref.inline === undefined).map((ref) => ref.hash))]
      const rows = hashes.length === 0 ? [] : await selectRows(database, tenantId, hashes)
      // Outside of the transaction, which must await the database alone.
      const texts = await Promise.all(rows.map((row) => textOf(row, objects)))
      const values = new Map(rows.map((row, index) => [row.hash, JSON.parse(texts[index] ?? '') as Json]))
      return refs.map((ref) => {
        // The value itself may be null.
        const value = ref.inline === undefined ? values.get(ref.hash) : ref.inline
        if (value !== undefined) return value
        throw new TenonError('PAYLOAD_NOT_FOUND', 'The stored value is missing', { details: { hash: ref.hash } })
      })
    },
  }
}

interface PayloadRow {
  readonly hash: string
  readonly data: string | null
  readonly location: string | null
}

function selectRows(
  database: RuntimeDatabase,
  tenantId: string,
  hashes: readonly string[],
): Promise<readonly PayloadRow[]> {
  return database.withTenant(tenantId, (tx) =>
    tx
      .selectFrom('payloads')
      .select(['hash', 'data', 'location'])
      .where('tenant_id', '=', tenantId)
      .where('hash', '=', sql<string>`any(${hashes})`)
      .execute(),
  )
}

async function textOf({ hash, data, location }: PayloadRow, objects: StoredObjects | null): Promise<string> {
  if (data !== null) return data
  if (objects !== null && location !== null) return objects.download(location, hash)
  throw new TenonError('PAYLOAD_UNAVAILABLE', 'The value is in a payload store that this process does not have', {
    remedy: 'Give each server and worker the same option payloadStore.',
    details: { hash },
  })
}
