import { Hono } from 'hono'
import { z } from 'zod'
import { createAnswerOnce } from './answer-once.ts'

/** An order of the shop that the agent of the demo looks up. */
interface KnownOrder {
  readonly order: string
  readonly item: string
  readonly total: number
  readonly state: 'delivered' | 'lost'
}

const ORDERS: readonly KnownOrder[] = [
  { order: '1042', item: 'Reading lamp', total: 89, state: 'lost' },
  { order: '1043', item: 'Tea cups', total: 24, state: 'delivered' },
]

const Refund = z.object({ order: z.string(), amount: z.number().positive() })
type Refund = z.output<typeof Refund>

/**
 * Orders that the desk may look up and refund. It honors `Idempotency-Key`: a repeated request is answered as the first
 * one was, and pays nothing back.
 */
export function shopOrders(): Hono {
  const refunds: Refund[] = []
  const once = createAnswerOnce()
  const app = new Hono()
  app.get('/orders', (c) => {
    const found = ORDERS.find(({ order }) => order === c.req.query('order'))
    return found === undefined ? c.json({ error: 'There is no order with this number' }, 404) : c.json(found)
  })
  app.get('/refunds', (c) => c.json({ items: refunds }))
  app.post('/refunds', async (c) => {
    const parsed = Refund.safeParse(await c.req.json().catch(() => null))
    if (!parsed.success) return c.json({ error: 'A refund needs order and a positive amount' }, 422)
    const known = ORDERS.find(({ order }) => order === parsed.data.order)
    if (known === undefined) return c.json({ error: 'There is no order with this number' }, 404)
    if (parsed.data.amount > known.total) return c.json({ error: 'The order did not cost that much' }, 422)
    return once(c, () => {
      refunds.push(parsed.data)
      return parsed.data
    })
  })
  return app
}
