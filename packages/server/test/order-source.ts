// The example of docs/guides/trigger-sources.md: runs that start at rows which the host adds to a table.
import { defineNode, implementTrigger, pollParams } from '@tenon/core/node'
import type pg from 'pg'
import { z } from 'zod'

/** The table of the host. The number of its transaction says which rows can still get earlier ones. */
export const ORDER_OUTBOX = `
  create table order_outbox (
    id bigint generated always as identity primary key,
    tenant_id text not null,
    body jsonb not null,
    tx xid8 not null default pg_current_xact_id()
  );
  create index on order_outbox (tenant_id, tx, id);
  create function notify_order_saved() returns trigger language plpgsql as $$ begin
    perform pg_notify('order_saved', new.tenant_id);
    return null;
  end $$;
  create trigger order_saved after insert on order_outbox for each row execute function notify_order_saved();
`

const orderSaved = defineNode({
  type: 'acme/order-saved',
  version: 1,
  title: 'Order saved',
  description: 'Begin when an order is saved',
  icon: 'M4 12h16',
  category: 'trigger',
  control: 'trigger',
  trigger: 'poll',
  inline: true,
  effect: 'none',
  params: pollParams,
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({ total: z.number() }) },
  summary: 'Starts at a saved order',
})

const MOST = 500

interface OrderRow {
  readonly id: string
  readonly tx: string
  readonly body: { readonly total: number }
  readonly is_safe: boolean
}

/** @param pool - A direct connection: a pooler in transaction mode loses notifications. */
export const orderSavedNode = (pool: pg.Pool) =>
  implementTrigger(orderSaved, {
    poll: async ({ tenantId, cursor }) => {
      const [tx, id] = z.tuple([z.string(), z.string()]).catch(['0', '0']).parse(cursor)
      const { rows } = await pool.query<OrderRow>(
        `select id::text, tx::text, body, tx < pg_snapshot_xmin(pg_current_snapshot()) as is_safe from order_outbox
          where tenant_id = $1 and (tx, id) > ($2::xid8, $3::bigint) order by tx, id limit ${MOST}`,
        [tenantId, tx, id],
      )
      // While an earlier transaction is open, it may still add a row that comes before these: the cursor must not pass it.
      const safe = rows.filter((row) => row.is_safe)
      const last = safe.at(-1)
      return {
        items: safe.map((row) => ({ id: row.id, data: row.body })),
        cursor: last === undefined ? cursor : [last.tx, last.id],
        hasMore: rows.length === MOST || rows.length > safe.length,
      }
    },
    listen: async ({ changed, abortSignal }) => {
      const client = await pool.connect()
      try {
        const isLost = new Promise<void>((resolve, reject) => {
          client.on('error', reject)
          client.once('end', resolve)
          abortSignal.addEventListener('abort', () => resolve(), { once: true })
          if (abortSignal.aborted) resolve()
        })
        // It may be lost before it listens; an unhandled rejection would end the process.
        isLost.catch(() => undefined)
        client.on('notification', ({ payload }) => changed(payload))
        await client.query('listen order_saved')
        // Rows may have been added while no process listened.
        changed()
        await isLost
      } finally {
        client.release(true)
      }
    },
  })
