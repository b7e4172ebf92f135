import { Hono } from 'hono'
import { z } from 'zod'
import { createAnswerOnce } from './answer-once.ts'

const Ticket = z.object({
  ticketId: z.string(),
  subject: z.string(),
  priority: z.string().default('normal'),
  customerId: z.string(),
})

/**
 * The help desk's own API, which the example workflows call: tickets are escalated, customers get notes. It honors
 * `Idempotency-Key`: a repeated request is answered as the first one was, and changes nothing.
 */
export function helpDesk(): Hono {
  const escalations = new Map<string, z.output<typeof Ticket>>()
  const notes = new Map<string, string[]>()
  const once = createAnswerOnce()
  const app = new Hono()
  app.post('/tickets', async (c) => {
    const parsed = Ticket.safeParse(await c.req.json().catch(() => null))
    if (!parsed.success) return c.json({ error: 'A ticket needs ticketId, subject and customerId' }, 422)
    return once(c, () => {
      escalations.set(parsed.data.ticketId, parsed.data)
      return { ticketId: parsed.data.ticketId, assignee: 'Ana Okafor', status: 'escalated' }
    })
  })
  app.get('/tickets', (c) => c.json({ items: [...escalations.values()] }))
  app.post('/customers/:customerId/notes', async (c) => {
    const body = z.object({ note: z.string() }).safeParse(await c.req.json().catch(() => null))
    if (!body.success) return c.json({ error: 'A note needs text' }, 422)
    const customerId = c.req.param('customerId')
    return once(c, () => {
      const all = [...(notes.get(customerId) ?? []), body.data.note]
      notes.set(customerId, all)
      return { customerId, notes: all.length }
    })
  })
  app.get('/weather', (c) =>
    c.json({ message: `Fair in ${c.req.query('location') ?? 'town'}`, temperature: 72, unit: 'F' }),
  )
  return app
}
