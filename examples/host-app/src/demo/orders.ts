import type { DatabaseOptions, HostTransaction, QueryTransaction, WorkflowServer } from '@tenon/server'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Sessions } from './sessions.ts'

/** Type of the event that the shop sends for each order that is saved; people choose it in the editor. */
export const ORDER_CREATED = {
  type: 'order.created',
  title: 'Order created',
  description: 'Sent when an order is saved, in the same transaction.',
  schema: {
    type: 'object',
    properties: { id: { type: 'string' }, item: { type: 'string' }, total: { type: 'number' } },
    required: ['id', 'item', 'total'],
  },
  example: { id: 'o-17', item: 'Lamp', total: 120 },
}

const Order = z.object({ id: z.string().min(1).max(100), item: z.string(), total: z.number() })
type Order = z.output<typeof Order>

/** Table of the shop, beside those of Tenon in the same database. */
const TABLE = `create table if not exists public.demo_orders (
  tenant text not null, id text not null, item text not null, total numeric not null, primary key (tenant, id))`

/** Creates the table of the shop. */
export async function createOrders(database: DatabaseOptions): Promise<void> {
  await inTransaction(database, (tx) => tx.query(TABLE, []))
}

/**
 * The shop's own API: an order and its event are saved in one transaction, so each order starts the workflows of its tenant
 * that begin with it, and one that is refused starts none.
 */
export function shop(automation: WorkflowServer, database: DatabaseOptions, sessions: Sessions): Hono {
  const app = new Hono()
  app.post('/orders', async (c) => {
    const identity = await sessions.authenticate(c.req.raw)
    if (identity === null) return c.json({ error: 'Sign in first' }, 401)
    const parsed = Order.safeParse(await c.req.json().catch(() => null))
    if (!parsed.success) return c.json({ error: 'An order needs id, item and total' }, 422)
    const isSaved = await saveOrder(automation, database, identity.tenantId, parsed.data)
    return isSaved ? c.json(parsed.data, 201) : c.json({ error: 'There is an order with this id' }, 409)
  })
  return app
}

/** @returns False, with nothing saved and nothing sent, if the tenant has an order with the id. */
async function saveOrder(
  automation: WorkflowServer,
  database: DatabaseOptions,
  tenantId: string,
  order: Order,
): Promise<boolean> {
  const { id, item, total } = order
  try {
    await inTransaction(database, async (tx) => {
      await automation.emit({ tx, tenantId, type: ORDER_CREATED.type, key: id, payload: order })
      await tx.query('insert into public.demo_orders (tenant, id, item, total) values ($1, $2, $3, $4)', [
        ...[tenantId, id, item, total],
      ])
    })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) return false
    throw error
  }
}

const UNIQUE_VIOLATION = '23505'

async function inTransaction<Value>(
  database: DatabaseOptions,
  work: (tx: QueryTransaction & HostTransaction) => Promise<Value>,
): Promise<Value> {
  if ('pglite' in database)
    return database.pglite.transaction((tx) => work({ query: (text, values) => tx.query(text, values) }))
  const client = await database.pool.connect()
  const tx: QueryTransaction = { query: (text, values) => client.query({ text, values }) }
  try {
    await tx.query('begin', [])
    const value = await work(tx)
    await tx.query('commit', [])
    return value
  } catch (error) {
    await tx.query('rollback', [])
    throw error
  } finally {
    client.release()
  }
}
